# A table whose drop does not apply: it is dormant.
nft add table ip later '{ flags dormant; }'
nft add chain ip later f '{ type filter hook forward priority 0; policy drop; }'
