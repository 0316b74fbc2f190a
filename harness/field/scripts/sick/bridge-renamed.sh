# docker0 has another name now.
ip link set docker0 down; ip link set docker0 name lan0; ip link set lan0 up
