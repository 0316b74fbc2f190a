# limit: 8 s
legacy_tables ip_tables_names || exit 0
save=$(saver iptables legacy) || fail 'iptables-legacy-save is not installed: the rules of the legacy backend cannot be read'
"$save" -c
