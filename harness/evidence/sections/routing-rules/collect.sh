# limit: 5 s
needs ip
ip -j -4 rule
