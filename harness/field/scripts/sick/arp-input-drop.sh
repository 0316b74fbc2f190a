# A chain of the arp family drops what comes in by the default bridge, and no neighbour is known from before.
nft 'table arp guard { chain in { type filter hook input priority 0; iifname "docker0" drop; }; }'
nsenter -t "$(docker inspect -f '{{.State.Pid}}' probe-default)" -n ip neigh flush all; ip neigh flush dev docker0
