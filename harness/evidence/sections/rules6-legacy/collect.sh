# limit: 8 s
legacy_tables ip6_tables_names || exit 0
save=$(saver ip6tables legacy) || fail 'ip6tables-legacy-save is not installed: the rules of the legacy backend cannot be read'
"$save" -c
