# limit: 5 s
dir=/proc/sys/net/netfilter
[ -e $dir/nf_conntrack_max ] || absent 'the kernel has not loaded nf_conntrack'
echo "count $(cat $dir/nf_conntrack_count)"
echo "max $(cat $dir/nf_conntrack_max)"
[ ! -e /proc/net/stat/nf_conntrack ] || cat /proc/net/stat/nf_conntrack
