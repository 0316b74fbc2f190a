# What sections share.
absent() { echo "$1" >&2; exit 90; }
fail() { echo "$1" >&2; exit 1; }
needs() { command -v "$1" >/dev/null || absent "$1 is not installed"; }
needs_root() { [ "$(id -u)" = 0 ] || fail "only root may see this"; }

# What Docker's bridge driver needs of the kernel, by either iptables backend.
# shellcheck disable=SC2034
needed='overlay veth bridge br_netfilter nf_tables nft_compat nft_chain_nat nf_nat nf_conntrack xt_MASQUERADE xt_conntrack xt_addrtype xt_nat ip_tables iptable_nat iptable_filter'

in_container() {
    systemd-detect-virt -q --container 2>/dev/null || [ -e /.dockerenv ] || [ -e /run/.containerenv ]
}

# A listing would load a module where the kernel has not needed it yet; absent, it has nothing to list. A kernel without
# loadable modules has no such thing to load.
present() { [ -d "/sys/module/$1" ] || [ ! -e /proc/modules ] || in_container; }

# Whether the legacy backend has tables: /proc/net/ip_tables_names and its like. A file of /proc has no size, so it is
# read.
legacy_tables() {
    [ -e "/proc/net/$1" ] || return 1
    names=$(cat "/proc/net/$1" 2>/dev/null) || fail "only root may see this"
    [ -n "$names" ]
}

# The processes dockerd of this host; those inside containers have another PID namespace.
dockerd_pids() {
    own=$(readlink /proc/self/ns/pid)
    grep -sEl '^dockerd(-current)?$' /proc/[0-9]*/comm | while IFS=/ read -r _ _ pid _; do
        other=$(readlink "/proc/$pid/ns/pid" 2>/dev/null)
        [ "${other:-$own}" != "$own" ] || echo "$pid"
    done
}

# The client, of the host's own dockerd: what its environment names may be another machine.
docker() (
    [ ! -S /var/run/docker.sock ] || {
        unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_TLS DOCKER_CERT_PATH DOCKER_API_VERSION
        DOCKER_HOST=unix:///var/run/docker.sock
        export DOCKER_HOST
    }
    exec docker "$@"
)
