# A vendor's file turns forwarding off on each interface by a pattern; applied by systemd's own tool.
mkdir -p /usr/local/lib/sysctl.d; printf '%s\n' 'net.ipv4.conf.*.forwarding = 0' >/usr/local/lib/sysctl.d/70-appliance.conf
/lib/systemd/systemd-sysctl
