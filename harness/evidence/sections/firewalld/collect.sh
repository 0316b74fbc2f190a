# limit: 18 s
needs firewall-cmd
systemctl is-active -q firewalld.service 2>/dev/null || [ -n "$(pids_of firewalld)" ] ||
    absent 'firewalld does not run'
# A busy host takes its time to start Python twice: side by side.
firewall-cmd --get-active-zones >"$work/zones" 2>&1 &
zone=$(firewall-cmd --get-default-zone) || fail "${zone:-firewall-cmd does not answer}"
echo "default-zone $zone"
wait $! || fail "$(cat "$work/zones")"
cat "$work/zones"
