# Packets longer than a frame are dropped, whoever they are for, by nft.
nft add table inet sizes
nft add chain inet sizes f "{ type filter hook forward priority -5; }"
nft add rule inet sizes f meta length gt 1500 drop
