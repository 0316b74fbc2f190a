# A shaper on the default bridge whose bucket is smaller than a full packet: what is larger never comes back.
tc qdisc add dev docker0 root tbf rate 1mbit burst 400 latency 50ms
