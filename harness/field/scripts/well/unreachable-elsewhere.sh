# Routes that refuse addresses which no container sends to.
ip route add unreachable 10.99.0.0/16; ip route add blackhole 198.18.0.0/15; ip route add prohibit 10.98.0.0/16
