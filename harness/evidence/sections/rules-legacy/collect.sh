# limit: 8 s
legacy_tables ip_tables_names || exit 0
needs iptables-legacy-save
iptables-legacy-save -c
