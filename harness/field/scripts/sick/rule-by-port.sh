# A routing rule for web traffic of containers.
ip rule add pref 120 ipproto tcp dport 80 iif docker0 prohibit
