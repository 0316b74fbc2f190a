# A chain of the netdev family on the uplink drops what name servers answer, before any hook of IP sees it.
nft 'table netdev early { chain in { type filter hook ingress device "wan0" priority 0; udp sport 53 drop; }; }'
