# limit: 8 s
# Connections as the host has translated them: an egress connection whose reply is due to a container's own address
# has left unmasqueraded.
needs_root
if command -v conntrack >/dev/null && present nf_conntrack_netlink; then
    conntrack -L 2>/dev/null | head -n 200
elif [ -e /proc/net/nf_conntrack ]; then
    # The same lines, behind the family's name and number.
    sed -n -E 's/^ipv4 +[0-9]+ //; T; s/ zone=0 / /p; t; p' /proc/net/nf_conntrack | head -n 200
else
    present nf_conntrack_netlink || absent 'the kernel has not loaded nf_conntrack_netlink'
    needs conntrack
fi
