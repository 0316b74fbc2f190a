# A zone for one direction, so that two networks may use the same ports; what comes back is in the common one.
nft 'table inet zones { chain pre { type filter hook prerouting priority raw; iifname "docker0" ct original zone set 9; }; }'
iptables -t raw -A PREROUTING -i br-probe-a -j CT --zone-orig 7
