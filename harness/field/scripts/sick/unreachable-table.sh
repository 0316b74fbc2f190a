# A routing table made for one network ends in an unreachable default.
ip route add unreachable default table 77
ip rule add from 172.30.1.0/24 lookup 77
