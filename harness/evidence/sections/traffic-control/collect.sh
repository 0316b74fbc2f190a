# limit: 8 s
needs tc
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
