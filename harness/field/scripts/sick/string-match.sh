# Words in packets.
iptables -I FORWARD -p tcp --dport 80 -m string --algo bm --string 'HTTP' -j DROP
