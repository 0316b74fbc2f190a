# The strict source check on every device, as hardening guides have it; all paths are symmetric.
for file in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 >"$file"; done
