# limit: 5 s
# Which dockerd is installed, and which runs: its PID, the kernel's letter for its state, its words. And its containerd.
for file in "$(command -v dockerd)" /usr/bin/dockerd /usr/local/bin/dockerd /snap/bin/docker.dockerd; do
    [ ! -x "$file" ] || echo "binary $file"
done | sort -u
for pid in $(dockerd_pids); do
    # The name in parentheses may hold anything.
    state=$(sed 's/.*) \(.\) .*/\1/' "/proc/$pid/stat" 2>/dev/null) || continue
    echo "process $pid $state $(tr '\0' '\t' <"/proc/$pid/cmdline")"
done
for pid in $(pids_of '(docker-)?containerd') none; do
    echo "containerd $pid"
done
