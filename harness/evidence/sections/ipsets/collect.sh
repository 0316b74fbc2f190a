# limit: 5 s
present ip_set || exit 0
needs ipset
ipset save
