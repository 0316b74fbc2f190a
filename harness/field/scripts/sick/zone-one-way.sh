# What comes in by the uplink is tracked in a zone of its own: answers are not known there.
iptables -t raw -A PREROUTING -i wan0 -j CT --zone 5
