# limit: 5 s
needs ip
ip -j address
