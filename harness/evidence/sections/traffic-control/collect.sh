# limit: 8 s
command -v tc >/dev/null || {
    plain=' qdisc (noqueue|pfifo_fast|fq_codel|fq|mq|pfifo|noop) '
    if loaded sch_ingress || ip -o link show | grep -vqE "$plain"; then
        fail 'tc is not installed: traffic control cannot be read (to install it: apt-get install iproute2; dnf install iproute-tc)'
    fi
    absent 'tc is not installed, and no link has traffic control'
}
qdiscs=$(tc qdisc show) || exit
echo "$qdiscs"
# Where filters may hang: the plain queues have none.
echo "$qdiscs" | sed -n -E '/^qdisc (noqueue|pfifo_fast|fq_codel|fq|mq|pfifo|noop) /d; s/^qdisc ([^ ]+) ([^ ]+) dev ([^ ]+).*/\1 \2 \3/p' |
    while read -r kind handle link; do
        case $kind in
            clsact) wheres='ingress egress' ;;
            ingress) wheres=ingress ;;
            *) wheres="parent $handle" ;;
        esac
        [ "$kind" = ingress ] || [ "$kind" = clsact ] || { echo "filters $link $handle"; tc filter show dev "$link" parent "$handle"; continue; }
        for where in $wheres; do
            echo "filters $link $where"
            tc filter show dev "$link" "$where"
        done
    done
