# Connections from the default bridge are not tracked, and so never translated.
iptables -t raw -I PREROUTING -i docker0 -j CT --notrack
