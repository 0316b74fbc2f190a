# needs: ipset
# A country set with an exception, and a smaller network listed within the exception: the most specific entry counts.
ipset create bad hash:net; ipset add bad 203.0.0.0/8; ipset add bad 203.0.112.0/20 nomatch; ipset add bad 203.0.113.0/24
iptables -I DOCKER-USER -i br-probe-a -m set --match-set bad dst -j REJECT
