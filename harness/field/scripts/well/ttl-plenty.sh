# Time to live is set on the way out, as phone companies are to see it.
iptables -t mangle -A POSTROUTING -o wan0 -j TTL --ttl-set 65
nft 'table inet life { chain pre { type filter hook prerouting priority mangle; iifname "wan0" ip ttl < 3 drop; }; }'
