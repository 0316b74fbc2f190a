# The legacy mangle table drops web answers that come in by the uplink; nft knows nothing of it.
iptables-legacy -t mangle -A PREROUTING -i wan0 -p tcp -m tcp --sport 80 ! --syn -j DROP
