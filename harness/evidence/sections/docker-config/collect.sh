# limit: 5 s
# The file that dockerd reads, by its own words if it runs, by its unit's otherwise.
words() {
    pid=$(dockerd_pids | head -n 1)
    if [ -n "$pid" ]; then tr '\0' '\n' <"/proc/$pid/cmdline"
    else systemctl show -p ExecStart docker.service 2>/dev/null | tr ' ' '\n'; fi
}
file=$(words | sed -n -e 's/^--\{0,1\}config-file=//p' -e '/^--\{0,1\}config-file$/ { n' -e 'p' -e '}' | tail -n 1)
file=${file:-/etc/docker/daemon.json}
echo "file $file"
[ ! -e "$file" ] || cat "$file"
