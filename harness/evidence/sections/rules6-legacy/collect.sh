# limit: 8 s
legacy_tables ip6_tables_names || exit 0
needs ip6tables-legacy-save
ip6tables-legacy-save -c
