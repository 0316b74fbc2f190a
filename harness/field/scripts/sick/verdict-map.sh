# A verdict map over pairs of interfaces drops one direction.
nft 'table inet zones { chain f { type filter hook forward priority filter - 5; iifname . oifname vmap { "br-probe-a" . "wan0" : drop, "docker0" . "wan0" : accept }; }; }'
