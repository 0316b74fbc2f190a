# limit: 5 s
needs bridge
bridge -j fdb show
