# A routing rule for a mark that nothing sets, and its table goes nowhere.
ip rule add fwmark 0x77 lookup 77; ip route add blackhole default table 77
