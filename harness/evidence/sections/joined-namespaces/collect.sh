# limit: 6 s, after docker-containers
# Containers that are to be in another's network namespace: `NAME OTHER same`, or `NAME OTHER apart` where the other has a
# new one since it was started again, or none.
needs_root
rows=$work/docker-containers.out
sed -n 's/^{"name":"\/\([^"]*\)","pid":\([1-9][0-9]*\),"mode":"container:\([^"]*\)".*/\1 \2 \3/p' "$rows" |
    while read -r name pid other; do
        own=$(readlink "/proc/$pid/ns/net") || continue
        pid=$(sed -n -e "s/^{\"name\":\"\/$other\",\"pid\":\([0-9]*\),.*/\1/p" \
            -e "s/^{\"name\":\"[^\"]*\",\"pid\":\([0-9]*\),.*\"id\":\"${other}[0-9a-f]*\".*/\1/p" "$rows" | head -n 1)
        state=apart
        [ "$own" != "$(readlink "/proc/${pid:-0}/ns/net" 2>/dev/null)" ] || state=same
        echo "$name $other $state"
    done
true
