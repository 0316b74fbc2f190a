# limit: 5 s
# How many entries the kernel's neighbour tables have, in all network namespaces: `TABLE ENTRIES`. Containers do not see it.
for table in arp ndisc; do
    file=/proc/net/stat/${table}_cache
    [ ! -e $file ] || echo "$table $((0x$(sed -n '2 s/ .*//p' $file)))"
done
