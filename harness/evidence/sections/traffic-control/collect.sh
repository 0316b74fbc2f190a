# limit: 8 s
command -v tc >/dev/null || {
    plain=' qdisc (noqueue|pfifo_fast|fq_codel|fq|mq|pfifo|noop) '
    if loaded sch_ingress || ip -o link show | grep -vqE "$plain"; then
        fail 'tc is not installed: traffic control cannot be read (to install it: apt-get install iproute2; dnf install iproute-tc)'
    fi
    programs=$(tcx_programs)
    [ -n "$programs" ] || absent 'tc is not installed, and no link has traffic control'
    printf '%s\n' "$programs"
    exit 0
}
traffic_control
