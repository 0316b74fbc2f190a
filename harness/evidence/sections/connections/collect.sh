# limit: 8 s
# Connections as the host has translated them: an egress connection whose reply is due to a container's own address
# has left unmasqueraded.
present nf_conntrack_netlink || absent 'the kernel has not loaded nf_conntrack_netlink'
needs conntrack
needs_root
conntrack -L 2>/dev/null | head -n 200
