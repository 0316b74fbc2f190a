# limit: 8 s
# Where the docker client looks for dockerd, by its environment or its context, and whether somebody answers there. Its
# own word for that would be asked of dockerd as well.
home=${DOCKER_CONFIG:-${HOME:-/root}/.docker}
endpoint=${DOCKER_HOST:-}
if [ -z "$endpoint" ]; then
    # A login has what these files export; a session of sudo or of a service does not.
    endpoint=$(grep -hsE '^[[:space:]]*(export[[:space:]]+)?DOCKER_HOST=' /etc/environment /etc/profile /etc/profile.d/*.sh \
        "${HOME:-/root}/.profile" "${HOME:-/root}/.bashrc" | tail -n 1 | sed -e 's/^[^=]*=//' -e "s/[\"']//g")
fi
[ -z "$endpoint" ] || echo "DOCKER_HOST $endpoint"
invoker=$(getent passwd "${SUDO_USER:-root}" 2>/dev/null | cut -d: -f6)
context=${DOCKER_CONTEXT:-}
for dir in "$home" "${invoker:-/root}/.docker"; do
    [ -n "$context" ] || context=$(sed -n 's/.*"currentContext"[: ]*"\([^"]*\)".*/\1/p' "$dir/config.json" 2>/dev/null)
    meta=$(grep -lsF "\"Name\":\"$context\"" "$dir"/contexts/meta/*/meta.json | head -n 1)
    [ -z "$context" ] || [ -z "$meta" ] || break
done
if [ -n "$context" ]; then
    echo "context $context"
    host=$(sed -n 's/.*"Host":"\([^"]*\)".*/\1/p' "${meta:-/dev/null}")
    [ -z "$host" ] || echo "context-host $host"
    endpoint=${endpoint:-$host}
fi
for socket in /var/run/docker.sock /run/user/*/docker.sock; do [ ! -S "$socket" ] || echo "socket $socket"; done
case $endpoint in
    '' | unix:///var/run/docker.sock | unix:///run/docker.sock) exit 0 ;;
esac
needs docker
answer=$(DOCKER_HOST=$endpoint timeout $((6 * patience)) docker version -f '{{.Server.Version}}' 2>&1) ||
    echo "error $(echo "${answer:-no answer}" | tail -n 1)"
