# What did not come by IPsec is dropped.
iptables -I FORWARD -m policy --dir in --pol none -j DROP
