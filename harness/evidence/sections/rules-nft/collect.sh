# limit: 8 s
present nf_tables || exit 0
save=$(saver iptables nft) || absent 'iptables-nft-save is not installed'
"$save" -c
