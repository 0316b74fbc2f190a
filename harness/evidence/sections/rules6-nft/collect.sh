# limit: 8 s
present nf_tables || exit 0
save=$(saver ip6tables nft) || absent 'ip6tables-nft-save is not installed'
"$save" -c
