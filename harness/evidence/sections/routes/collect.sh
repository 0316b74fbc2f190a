# limit: 8 s
needs ip
ip -j -4 route show table all
