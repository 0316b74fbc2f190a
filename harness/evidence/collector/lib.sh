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

# What is built into the kernel is no module: it has no directory in /sys/module unless it has parameters.
loaded() { [ -d "/sys/module/$1" ] || built_in "$1"; }

built_in() {
    index=${built_in_index:-/lib/modules/$(uname -r)/modules.builtin}
    if [ -r "$index" ]; then
        grep -q "/$1\.ko" "$index"
        return
    fi
    # A kernel without its tree of modules: the function that starts it. A module's own symbols end in its name.
    case $1 in
        nf_tables | nft_compat) start=$1_module_init ;;
        nf_conntrack) start=nf_conntrack_standalone_init ;;
        nf_conntrack_netlink) start=ctnetlink_init ;;
        sch_ingress) start=ingress_module_init ;;
        overlay) start=ovl_init ;;
        bridge) start=br_init ;;
        xt_MASQUERADE) start=masquerade_tg_init ;;
        xt_conntrack | xt_addrtype) start=${1#xt_}_mt_init ;;
        *) start=$1_init ;;
    esac
    grep -qs " $start\$" "${symbols:-/proc/kallsyms}"
}

# A listing would load a module where the kernel has not needed it yet; absent, it has nothing to list. A kernel without
# loadable modules has no such thing to load.
present() { [ ! -e /proc/modules ] || loaded "$1" || in_container; }

# The number of the system call bpf, where there is perl to call it.
bpf_call() {
    command -v perl >/dev/null || return
    case $(uname -m) in
        x86_64) echo 321 ;;
        aarch64 | riscv64 | loongarch64) echo 280 ;;
        ppc64le) echo 361 ;;
        s390x) echo 351 ;;
        *) return 1 ;;
    esac
}

# Programs of tcx, in the form of tc's filters; tc does not list them. Source: linux/bpf.h, BPF_PROG_QUERY (since 6.6).
tcx_programs() {
    case $(uname -r) in [1-5].* | 6.[0-5].*) return ;; esac
    call=$(bpf_call) || return 0
    # shellcheck disable=SC2016
    ip -o link show | sed -n 's/^\([0-9]*\): \([^:@]*\).*/\1 \2/p' | perl -e '
        my $call = 0 + shift;
        while (<STDIN>) {
            my ($index, $link) = split;
            for ([46, "ingress"], [47, "egress"]) {
                my $query = pack("L4 Q L2 Q4", $index, $$_[0], (0) x 9);
                next if syscall($call, 16, $query, length $query) != 0;
                my $count = unpack("x24 L", $query);
                print "filters $link $$_[1]\nfilter tcx programs $count\n" if $count;
            }
        }' "$call"
}

# This namespace's IPsec policies, one a line.
ipsec_policies() {
    policies=$(ip -o xfrm policy) || return
    [ -z "$policies" ] || printf '%s\n' "$policies" | tr '\t' ' ' | head -n 2000
}

# This namespace's queues, then the filters of those that may have any.
traffic_control() {
    tcx_programs
    qdiscs=$(tc qdisc show) || return
    echo "$qdiscs"
    # The plain queues have no filters.
    echo "$qdiscs" | sed -n -E '/^qdisc (noqueue|pfifo_fast|fq_codel|fq|mq|pfifo|noop) /d; s/^qdisc ([^ ]+) ([^ ]+) dev ([^ ]+).*/\1 \2 \3/p' |
        while read -r kind handle link; do
            case $kind in
                clsact) wheres='ingress egress' ;;
                ingress) wheres=ingress ;;
                *)
                    echo "filters $link $handle"
                    tc filter show dev "$link" parent "$handle"
                    continue
                    ;;
            esac
            for where in $wheres; do
                echo "filters $link $where"
                tc filter show dev "$link" "$where"
            done
        done
}

# Whether the legacy backend has tables: /proc/net/ip_tables_names and its like. A file of /proc has no size, so it is
# read.
legacy_tables() {
    [ -e "/proc/net/$1" ] || return 1
    names=$(cat "/proc/net/$1" 2>/dev/null) || fail "only root may see this"
    [ -n "$names" ]
}

# The program that lists the rules of iptables or ip6tables in a backend. Not every distribution has it by the longer name.
saver() {
    command -v "$1-$2-save" && return
    case $("$1" --version 2>/dev/null) in *nf_tables*) own=nft ;; ?*) own=legacy ;; *) own= ;; esac
    [ "$own" = "$2" ] && command -v "$1-save"
}

# The tables of nf_tables that no such program lists, as `FAMILY NAME`: what only nft shows. It asks the kernel as nft
# does. Fails where perl is missing, or is not root. Source: linux/netfilter/nfnetlink.h, nf_tables.h (NFT_MSG_GETTABLE).
foreign_tables() {
    # shellcheck disable=SC2016
    tables=$(perl -e '
        socket(my $netlink, 16, 3, 12) or exit 1;
        send($netlink, pack("L S S L L C C n", 20, 0xa01, 0x301, 1, 0, 0, 0, 0), 0) or exit 1;
        my $all;
        while (recv($netlink, $all, 1 << 16, 0), length $all) {
            while (length $all >= 16) {
                my ($size, $type) = unpack("L S", $all);
                exit($type == 3 ? 0 : 1) if $type == 3 or $type == 2 or $size < 16;
                my ($family, $at) = (unpack("C", substr($all, 16, 1)), 20);
                while ($at + 4 <= $size) {
                    my ($long, $kind) = unpack("S S", substr($all, $at, 4));
                    last if $long < 4;
                    printf "%s %s\n", $family, unpack("Z*", substr($all, $at + 4, $long - 4)) if ($kind & 0x3fff) == 1;
                    $at += ($long + 3) & ~3;
                }
                $all = substr($all, ($size + 3) & ~3);
            }
        }
        exit 1' 2>/dev/null) || return
    printf '%s\n' "$tables" | while read -r family name; do
        case $family in 1) family=inet ;; 2) family=ip ;; 3) family=arp ;; 5) family=netdev ;; 7) family=bridge ;; 10) family=ip6 ;; *) continue ;; esac
        case $family-$name in
            ip-filter | ip-nat | ip-mangle | ip-raw | ip-security) ! saver iptables nft >/dev/null || continue ;;
            ip6-filter | ip6-nat | ip6-mangle | ip6-raw | ip6-security) ! saver ip6tables nft >/dev/null || continue ;;
        esac
        echo "$family $name"
    done
}

dockerd_pids() { pids_of 'dockerd(-current)?'; }

# This host's processes of a name; those inside containers have another PID namespace.
pids_of() {
    own=$(readlink /proc/self/ns/pid)
    grep -sEl "^($1)\$" /proc/[0-9]*/comm | while IFS=/ read -r _ _ pid _; do
        other=$(readlink "/proc/$pid/ns/pid" 2>/dev/null)
        [ "${other:-$own}" != "$own" ] || echo "$pid"
    done
}

# The client, of the host's own dockerd: what its environment names may be another machine. $within: at most so many
# seconds.
docker() (
    [ ! -S /var/run/docker.sock ] || {
        unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_TLS DOCKER_CERT_PATH DOCKER_API_VERSION
        DOCKER_HOST=unix:///var/run/docker.sock
        export DOCKER_HOST
    }
    # shellcheck disable=SC2086
    exec ${within:+timeout $within} docker "$@"
)
