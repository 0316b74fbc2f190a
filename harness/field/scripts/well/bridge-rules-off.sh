# Bridged packets do not pass iptables. Docker 28 does without; older engines only lose what they filter within a network.
sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
