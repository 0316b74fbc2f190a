# limit: 5 s
needs systemctl
systemctl show -p Id,LoadState,ActiveState,SubState,Result,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic,ActiveExitTimestampMonotonic \
    docker.service docker.socket containerd.service iptables.service netfilter-persistent.service nftables.service \
    firewalld.service ufw.service ferm.service shorewall.service firehol.service systemd-networkd.service NetworkManager.service systemd-resolved.service
