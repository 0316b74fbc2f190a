# Packets longer than a frame are dropped, which segments of TCP are until the device cuts them.
iptables -I FORWARD -i docker0 -m length --length 1501:65535 -j DROP
iptables -I FORWARD -o docker0 -m length --length 1501:65535 -j DROP
