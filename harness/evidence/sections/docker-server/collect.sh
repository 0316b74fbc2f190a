# limit: 8 s
# Whether dockerd answers, and its version. It is not asked where none runs: systemd would start it.
needs docker
pids=$(dockerd_pids)
[ -n "$pids" ] || absent 'no dockerd runs'
answer=$(within=$((3 * patience)) && docker version -f '{{.Server.Version}}')
code=$?
if [ $code = 124 ]; then
    # It waits for containerd before it gives its version, and may answer all else.
    docker network ls -q >/dev/null || exit
    # Of several, the oldest is the host's own.
    for pid in $pids; do
        answer=$("/proc/$pid/exe" --version | sed -n 's/^Docker version \([^,]*\),.*/\1/p')
        [ -z "$answer" ] || break
    done
elif [ $code != 0 ]; then
    exit $code
fi
echo "$answer"
