# Nobody shall share the line: what containers send gets a time to live of one.
iptables -t mangle -A PREROUTING -i docker0 -j TTL --ttl-set 1
