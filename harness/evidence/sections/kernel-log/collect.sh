# limit: 5 s
! in_container || absent 'a container sees the log of its host'
needs dmesg
log=$(dmesg) || exit
echo "$log" | grep -iE 'conntrack|neighbou?r.*(table|overflow)|martian|unregister_netdevice|own address as source|duplicate address|SYN flooding|\[UFW |nf_tables|x_tables|ip_tables|br_netfilter|Unknown symbol|disagrees about version|entered (disabled|blocking) state|NETDEV WATCHDOG|Link is Down' |
    tail -n 100
