# Somebody listed the rules with iptables-legacy once: its tables exist and are empty.
for table in filter nat mangle; do iptables-legacy -t $table -nL >/dev/null; done
