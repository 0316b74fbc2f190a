# The rule of a published port is gone; docker-proxy serves it.
iptables -t nat -S DOCKER | grep "dport 8080" | sed "s/^-A/-D/" | while read -r rule; do iptables -t nat $rule; done
