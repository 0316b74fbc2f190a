# A signature of scanners: packets of exactly 60 bytes with SYN.
iptables -I FORWARD -p tcp --syn -m length --length 60 -j DROP
