# limit: 8 s
present nf_tables || exit 0
needs nft
nft -j list ruleset
