# limit: 8 s
present nf_tables || exit 0
needs ip6tables-nft-save
ip6tables-nft-save -c
