# limit: 5 s
# Which dockerd is installed, and which runs: its PID, the kernel's letter for its state, its words, and whether it is in
# this network namespace. And its containerd, and the programs that both start.
for file in "$(command -v dockerd)" /usr/bin/dockerd /usr/local/bin/dockerd /snap/bin/docker.dockerd; do
    [ ! -x "$file" ] || echo "binary $file"
done | sort -u
for pid in $(dockerd_pids); do
    # The name in parentheses may hold anything.
    state=$(sed 's/.*) \(.\) .*/\1/' "/proc/$pid/stat" 2>/dev/null) || continue
    echo "process $pid $state $(tr '\0' '\t' <"/proc/$pid/cmdline")"
    other=$(readlink "/proc/$pid/ns/net") || continue
    [ "$other" = "$(readlink /proc/self/ns/net)" ] || echo "apart $pid"
done
containerds=$(pids_of '(docker-)?containerd')
for pid in $containerds none; do
    echo "containerd $pid"
done

# Prints `program NAME FILE` for what is found in these folders, separated by colons. Old Dockers and some distributions
# have names of their own: docker-containerd-shim, docker-runc-current.
programs() {
    IFS=:
    for name in docker-proxy runc containerd-shim-runc-v2; do
        for dir in $1; do
            for file in "$dir/$name" "$dir/$name"-* "$dir/docker-${name%-runc-v2}"*; do
                [ -f "$file" ] && [ -x "$file" ] && echo "program $name $file" && continue 3
            done
        done
    done
}
folders=$PATH:/usr/libexec/docker:/usr/local/libexec/docker:/usr/lib/docker:/usr/local/lib/docker
for pid in $(dockerd_pids) $containerds; do
    file=$(readlink "/proc/$pid/exe") || exit 0
    folders=$folders:${file%/*}:$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^PATH=//p')
done
programs "$folders"
echo 'program none'
