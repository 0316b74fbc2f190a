# The uplink is narrower than the bridges, and connections are told so.
ip link set wan0 mtu 1400; ip -n outside link set peer0 mtu 1400
iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
