# Nothing beyond the host's gateway answers any more, as where the provider's line is down.
ip netns exec outside nft 'table inet gone { chain in { type filter hook input priority 0; ip daddr 203.0.113.10 drop; }; }'
