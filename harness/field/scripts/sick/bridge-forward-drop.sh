# A chain of the bridge family drops IP between the ports of any bridge.
nft 'table bridge strict { chain f { type filter hook forward priority 0; meta protocol ip drop; }; }'
