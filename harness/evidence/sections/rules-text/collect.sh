# limit: 8 s
# The same as text, for people: with handles, by which a rule is found in both.
present nf_tables || exit 0
needs nft
nft -a -s list ruleset
