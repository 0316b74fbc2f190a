# The admin's chain is entered by goto, so that its RETURN skips what Docker has behind it.
iptables -N site; iptables -A site -d 10.0.0.0/8 -j ACCEPT; iptables -A site -j RETURN
iptables -I FORWARD -i br-probe-a -g site
