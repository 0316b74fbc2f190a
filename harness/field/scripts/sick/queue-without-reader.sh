# An intrusion detection system is gone, and its rule hands every packet to it.
iptables -I FORWARD -j NFQUEUE --queue-num 5
