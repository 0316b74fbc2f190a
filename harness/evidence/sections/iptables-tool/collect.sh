# limit: 5 s
needs iptables
iptables --version
readlink -f "$(command -v iptables)"
