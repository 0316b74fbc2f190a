# A hardening file turns forwarding off for all interfaces, by the name that few look for.
printf '%s\n' '# baseline 4.2' 'net/ipv4/conf/all/forwarding = 0' >/etc/sysctl.d/90-baseline.conf
sysctl -q -p /etc/sysctl.d/90-baseline.conf
