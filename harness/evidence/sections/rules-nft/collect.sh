# limit: 8 s
present nf_tables || exit 0
needs iptables-nft-save
iptables-nft-save -c
