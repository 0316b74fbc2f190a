# Rules, routes and routing rules for others than containers.
nft 'table inet office { chain f { type filter hook forward priority 5; policy accept; ip saddr { 10.1.0.0/16, 10.2.0.0-10.2.9.255 } drop; iifname "tun*" oifname != "wan0" reject; tcp dport { 25, 465 } ip daddr 198.51.100.0/24 drop; }; }'
ip rule add from 10.9.0.0/16 blackhole
ip rule add iif lo uidrange 4000-4999 unreachable
ip route add prohibit 198.51.100.0/24
