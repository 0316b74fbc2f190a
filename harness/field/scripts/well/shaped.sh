# A shaper that only shapes.
tc qdisc add dev wan0 root tbf rate 200mbit burst 64kb latency 200ms
