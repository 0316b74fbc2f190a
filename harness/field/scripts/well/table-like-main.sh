# What comes from the default bridge has a table of its own, which says the same as the main one.
ip rule add from 172.17.0.0/16 lookup 50 priority 500
ip route add default via 192.0.2.1 dev wan0 table 50; ip route add 192.0.2.0/24 dev wan0 table 50
ip route add 172.17.0.0/16 dev docker0 table 50; ip route add 172.30.1.0/24 dev br-probe-a table 50; ip route add 172.30.2.0/24 dev br-probe-b table 50
