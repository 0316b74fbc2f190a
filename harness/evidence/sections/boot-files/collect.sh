# limit: 5 s
# What sets addresses, forwarding and the like at boot: FILE LINE, without comments.
lines() {
    pattern=$1
    shift
    grep -HsE "$pattern" "$@" | head -n 2000 | sed 's/:/ /'
}
lines '^[[:space:]]*-?net[./]' /etc/sysctl.conf /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf \
    /usr/lib/sysctl.d/*.conf
lines '^[[:space:]]*[^#;[:space:]]' /etc/systemd/networkd.conf /etc/systemd/network/*.network \
    /etc/systemd/network/*.netdev /etc/systemd/network/*.d/*.conf /run/systemd/network/*.network \
    /run/systemd/network/*.netdev /etc/NetworkManager/NetworkManager.conf /etc/NetworkManager/conf.d/*.conf \
    /etc/netplan/*.yaml /etc/network/interfaces /etc/network/interfaces.d/* /etc/default/ufw /etc/ufw/ufw.conf \
    /etc/ufw/sysctl.conf /etc/ufw/after.rules /etc/firewalld/firewalld.conf /etc/systemd/system/docker.service.d/*.conf \
    /etc/systemd/system/docker.service /etc/default/docker /etc/sysconfig/docker /etc/sysconfig/docker-network
