# limit: 5 s
needs ip
ip -j neighbour show nud all
