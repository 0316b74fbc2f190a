# A hardening file sets ip_forward to 0 at boot. dockerd turned it on when it started, and nothing has applied the file since.
echo 'net.ipv4.ip_forward = 0' >/etc/sysctl.d/60-hardening.conf
