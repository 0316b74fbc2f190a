#!/bin/sh
# dockfault: what a host says of its Docker network, on standard output. Read-only: it loads no module, changes no
# rule, counter or setting, and starts no container. POSIX sh; root sees more.
#
#   sh collect.sh >host.bundle
#
# Credentials in what it quotes are left out. With --hide-addresses public addresses and hardware addresses are
# replaced by ones of documentation ranges, the same one each time; private ones stay, for diagnosis needs them.
# On a slow or busy host everything may take longer; with --patience N at least N times as long.
#
# A bundle has a section for each thing that is looked at: `--- begin NAME`, what was printed (indented by a space, by
# `!` where it came on standard error), and `--- end NAME STATUS CODE MS CHECKSUM`. Its last line is `--- whole`.
LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

version=c1386db85148
overall=24
sections='addresses boot-files bpf-links cgroup-filters conntrack-stats docker-config docker-install drop-counters fdb firewall-scripts halted-processes ip-vs ipsec ipsets iptables-tool kernel-log kernels layer2-rules links listeners neighbour-tables neighbours packet-queues resolver routing-rules routing-rules6 saved-rules sysctls system units xtables-lock connections docker-endpoint docker-journal docker-server iptables-self-test routes routes6 rules-legacy rules-native rules-nft rules-text rules6-legacy rules6-nft traffic-control modules trees firewalld docker-containers docker-networks joined-namespaces container-namespaces'

# A file for each section, parted where a line begins with `#: `.
write_sections() {
    awk -v work="$work" '
        /^#: / { if (file) close(file); file = work "/" $2 ".sh"; if ($2 != "lib") print ". \"$work/lib.sh\"" >file; next }
        { print >file }' <<'END OF SECTIONS'
#: lib
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
#: addresses
needs ip
ip -j address
#: boot-files
# What sets addresses, forwarding and the like at boot: FILE LINE, without comments.
lines() {
    pattern=$1
    shift
    grep -HsE "$pattern" "$@" | head -n 2000 | sed 's/:/ /'
}
lines '^[[:space:]]*-?net[./]' /etc/sysctl.conf /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf \
    /usr/lib/sysctl.d/*.conf
lines '^[[:space:]]*[^#;[:space:]]' /etc/systemd/networkd.conf /etc/systemd/network/*.network \
    /etc/systemd/network/*.netdev /etc/systemd/network/*.d/*.conf /run/systemd/network/*.network \
    /run/systemd/network/*.netdev /etc/NetworkManager/NetworkManager.conf /etc/NetworkManager/conf.d/*.conf \
    /etc/netplan/*.yaml /etc/network/interfaces /etc/network/interfaces.d/* /etc/default/ufw /etc/ufw/ufw.conf \
    /etc/ufw/sysctl.conf /etc/ufw/after.rules /etc/firewalld/firewalld.conf /etc/systemd/system/docker.service.d/*.conf \
    /etc/systemd/system/docker.service /etc/default/docker /etc/sysconfig/docker /etc/sysconfig/docker-network
#: bpf-links
# BPF programs on netfilter's hooks, in any network namespace: `netfilter FAMILY HOOK PRIORITY`. nft lists no such
# program. Source: linux/bpf.h, BPF_LINK_GET_NEXT_ID, BPF_LINK_TYPE_NETFILTER (since 6.4).
case $(uname -r) in [1-5].* | 6.[0-3].*) exit 0 ;; esac
needs_root
call=$(bpf_call) || exit 0
# shellcheck disable=SC2016
perl -e '
    my ($call, $id) = (0 + shift, 0);
    for (1 .. 10000) {
        my $next = pack("L3", $id, 0, 0);
        last if syscall($call, 31, $next, 12) != 0;
        $id = unpack("x4 L", $next);
        my $by_id = pack("L3", $id, 0, 0);
        my $link = syscall($call, 30, $by_id, 12);
        next if $link < 0;
        my $info = "\0" x 128;
        my $get = pack("L2 Q", $link, 128, unpack("J", pack("P", $info)));
        if (syscall($call, 15, $get, 16) == 0) {
            my ($type, $family, $hook, $priority) = unpack("L x12 L2 l", $info);
            print "netfilter $family $hook $priority\n" if $type == 10;
        }
        open(my $done, "<&=", $link) and close($done);
    }' "$call" | sort -u | head -n 50
#: cgroup-filters
# Filters of control groups, as systemd sets them: `UNIT KEY VALUE`.
needs systemctl
[ -d /run/systemd/system ] || absent 'systemd does not run'
shown=$(systemctl show -p Id,IPAddressAllow,IPAddressDeny,IPIngressFilterPath,IPEgressFilterPath,RestrictNetworkInterfaces \
    docker.service containerd.service '*.slice' '*.scope') || exit
printf '%s\n' "$shown" |
    awk -F= '$1 == "Id" { unit = $2; next } NF > 1 && $2 != "" { print unit, $1, substr($0, length($1) + 2) }' |
    head -n 200
#: conntrack-stats
dir=/proc/sys/net/netfilter
[ -e $dir/nf_conntrack_max ] || absent 'the kernel has not loaded nf_conntrack'
echo "count $(cat $dir/nf_conntrack_count)"
echo "max $(cat $dir/nf_conntrack_max)"
[ ! -e /proc/net/stat/nf_conntrack ] || cat /proc/net/stat/nf_conntrack
#: docker-config
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
#: docker-install
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
#: drop-counters
cat /proc/net/snmp /proc/net/netstat || exit
[ ! -e /proc/net/snmp6 ] || cat /proc/net/snmp6
sed -n '3,$ s/^ */dev /p' /proc/net/dev
#: fdb
needs bridge
bridge -j fdb show
#: firewall-scripts
# Lines of scripts at the usual places that flush or replace whole tables, and the services that run these scripts:
# `SERVICE STARTED FILE LINE`, or `- 0 FILE LINE` where none does. STARTED: when it last started, in microseconds since
# boot.
# shellcheck disable=SC2016
tool='(ip6?tables(-legacy|-nft)?|\$\{?[A-Za-z_]*[Ii][Pp][Tt46][A-Za-z_0-9]*\}?)'
chain='(FORWARD|PREROUTING|OUTPUT|POSTROUTING|DOCKER)'
lines=$(grep -HsIE "^[^#]*((${tool}[\"']?[[:space:]]([^#]*[[:space:]])?(-F|--flush)[[:space:]]*(\$|[];&|>}-]|$chain))|ip6?tables(-legacy|-nft)?-restore([[:space:];&|<]|\$)|(^|[^[:alnum:]_-])flush[[:space:]]+(ruleset|table[[:space:]]))" \
    /etc/rc.local /etc/init.d/* /etc/network/if-*.d/* /etc/network/interfaces /etc/network/interfaces.d/* \
    /etc/NetworkManager/dispatcher.d/* /etc/networkd-dispatcher/*/* /etc/crontab /etc/cron.*/* \
    /var/spool/cron/crontabs/* /etc/systemd/system/*.service /etc/firewall* /usr/local/bin/* /usr/local/sbin/* /root/*.sh |
    grep -vE -- '^[^:]*[[:space:]][^:]*:|-restore.*[[:space:]](-n|--noflush)([[:space:]]|$)' | head -n 200)
[ -n "$lines" ] || exit 0
services=$(printf '%s\n' "$lines" | cut -d: -f1 | sort -u | while read -r file; do
    for unit in "$file" $(grep -lsE "^Exec[A-Za-z]*=.*$file([[:space:]]|\$)" /etc/systemd/system/*.service); do
        case $unit in /etc/systemd/system/*.service) ;; *) continue ;; esac
        echo "$file ${unit##*/} $(systemctl show -p ExecMainStartTimestampMonotonic "${unit##*/}" 2>/dev/null | cut -d= -f2)"
    done
done)
printf '%s\n' "$lines" | while IFS=: read -r file line; do
    service=$(printf '%s\n' "$services" | sed -n "s|^$file ||p" | head -n 1)
    [ -n "${service% }" ] || service='- 0'
    case $service in *' ') service="${service}0" ;; esac
    echo "$service $file $line"
done
#: halted-processes
# Processes that exist and do not run: a signal has stopped them, or their cgroup is frozen. Their sockets stay open.

# Prints `process PID BY CONTAINER UNIT NAME`: the ID of its container and the last part of its cgroup, or a dash.
halted() {
    # The name in parentheses may hold anything.
    name=$(sed -n '1s/^[0-9]* (\(.*\)) .*/\1/p' "/proc/$1/stat" 2>/dev/null) && [ -n "$name" ] || return
    case $name in
        # It runs outside the container that it holds.
        containerd-shim*) container=$(tr '\0' ' ' <"/proc/$1/cmdline" | sed -n 's/.* -id \([0-9a-f]\{64\}\) .*/\1/p') ;;
        *) container=$(sed -n 's/.*docker[-/]\([0-9a-f]\{64\}\).*/\1/p' "/proc/$1/cgroup" | head -n 1) ;;
    esac
    unit=$(sed -n 's|^[0-9]*:\(name=systemd\)\{0,1\}:.*/\([^/ ]*\)$|\2|p' "/proc/$1/cgroup" | head -n 1)
    echo "process $1 $2 ${container:--} ${unit:--} $name"
}

cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) T [0-9].*/\1/p' | head -n 200 |
    while read -r pid; do halted "$pid" signal; done
{
    find /sys/fs/cgroup -name cgroup.events -exec grep -lx 'frozen 1' {} +
    find /sys/fs/cgroup -path '*freezer*' -name freezer.state -exec grep -lx FROZEN {} +
} 2>/dev/null | while read -r file; do cat "${file%/*}/cgroup.procs"; done 2>/dev/null | head -n 200 |
    while read -r pid; do halted "$pid" freezer; done
true
#: ip-vs
# Services of the kernel's load balancer and their servers, with hexadecimal addresses.
[ -e /proc/net/ip_vs ] || exit 0
needs_root
grep -v '^IP Virtual\|^Prot\|RemoteAddress:Port' /proc/net/ip_vs | head -n 500
true
#: ipsec
# The kernel's IPsec policies, one a line. They have no keys.
present xfrm_user || exit 0
needs ip
needs_root
ipsec_policies
#: ipsets
present ip_set || exit 0
needs ipset
ipset save
#: iptables-tool
needs iptables
iptables --version
readlink -f "$(command -v iptables)"
#: kernel-log
! in_container || absent 'a container sees the log of its host'
needs dmesg
log=$(dmesg) || exit
echo "$log" | grep -iE 'conntrack|neighbou?r.*(table|overflow)|martian|unregister_netdevice|own address as source|duplicate address|SYN flooding|\[UFW |nf_tables|x_tables|ip_tables|br_netfilter|Unknown symbol|disagrees about version|entered (disabled|blocking) state|NETDEV WATCHDOG|Link is Down' |
    tail -n 100
#: kernels
for tree in /lib/modules/*/; do [ ! -e "$tree/modules.dep" ] || basename "$tree"; done
#: layer2-rules
# Rules of the legacy backend for ARP and for bridges; those of nftables are among the native ones.
if legacy_tables arp_tables_names; then
    command -v arptables-legacy-save >/dev/null || fail 'arptables-legacy-save is not installed: rules for ARP cannot be read'
    arptables-legacy-save | grep '^-A' | sed 's/^/arp /'
fi
for table in filter nat broute; do
    loaded "ebtable_$table" || continue
    command -v ebtables-legacy >/dev/null || {
        # Built in, it may have no rules.
        [ -d "/sys/module/ebtable_$table" ] || continue
        fail 'ebtables-legacy is not installed: rules for bridges cannot be read'
    }
    # It loads the module of a table that it lists; this one is there.
    ebtables-legacy -t $table -L --Lx | grep -- ' -A ' | sed 's/^ebtables/bridge/'
done
true
#: links
needs ip
ip -j -d link
#: listeners
needs ss
# By way of /proc: the other way would load a module of the kernel.
PROC_ROOT=/proc/ ss -Hlntup
#: neighbour-tables
# How many entries the kernel's neighbour tables have, in all network namespaces: `TABLE ENTRIES`. Containers do not see it.
for table in arp ndisc; do
    file=/proc/net/stat/${table}_cache
    [ ! -e $file ] || echo "$table $((0x$(sed -n '2 s/ .*//p' $file)))"
done
#: neighbours
needs ip
ip -j neighbour show nud all
#: packet-queues
# The queues of NFQUEUE that a program reads, one a line; the number comes first.
file=/proc/net/netfilter/nfnetlink_queue
[ -e $file ] || exit 0
needs_root
cat $file
#: resolver
file=/etc/resolv.conf
target=$(readlink $file) && echo "link $target"
[ -e $file ] || absent "$file ${target:+is a link to $target, which }does not exist"
sed 's/^/host /' $file || exit
stub=/run/systemd/resolve/resolv.conf
[ ! -r $stub ] || sed 's/^/upstream /' $stub
#: routing-rules
needs ip
ip -j -4 rule
#: routing-rules6
[ -d /proc/sys/net/ipv6 ] || absent 'the kernel has no IPv6'
needs ip
ip -j -6 rule
#: saved-rules
# What the admin has the host load at boot.
for file in /etc/iptables/rules.v4 /etc/sysconfig/iptables /etc/nftables.conf /etc/sysconfig/nftables.conf \
    /etc/ferm/*.conf /etc/ferm/ferm.d/*; do
    [ -r "$file" ] && grep -v '^[[:space:]]*\(#\|$\)' "$file" | head -n 500 | sed "s|^|$file |"
done
true
#: sysctls
cd /proc/sys/net || exit
[ -r ipv4/ip_forward ] || fail 'the settings under /proc/sys cannot be read'
# What this kernel does not have is left out.
grep -Hs '' /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_forward_use_pmtu /proc/sys/net/ipv4/ip_nonlocal_bind \
    /proc/sys/net/ipv4/ip_local_port_range /proc/sys/net/ipv4/fwmark_reflect /proc/sys/net/ipv4/icmp_echo_ignore_all \
    /proc/sys/net/ipv4/ip_default_ttl /proc/sys/net/ipv4/ipfrag_high_thresh \
    /proc/sys/net/ipv?/neigh/default/gc_thresh3 /proc/sys/net/ipv?/neigh/*/mcast_solicit \
    /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/src_valid_mark \
    /proc/sys/net/ipv4/conf/*/route_localnet /proc/sys/net/ipv4/conf/*/accept_local \
    /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/arp_filter /proc/sys/net/ipv4/conf/*/arp_announce \
    /proc/sys/net/ipv4/conf/*/proxy_arp /proc/sys/net/ipv4/conf/*/proxy_arp_pvlan \
    /proc/sys/net/ipv4/conf/*/bc_forwarding /proc/sys/net/ipv4/conf/*/log_martians \
    /proc/sys/net/ipv4/conf/*/disable_policy /proc/sys/net/ipv4/conf/*/ignore_routes_with_linkdown \
    /proc/sys/net/ipv6/conf/*/forwarding /proc/sys/net/ipv6/conf/*/disable_ipv6 \
    /proc/sys/net/ipv6/conf/*/accept_ra /proc/sys/net/ipv6/conf/*/proxy_ndp \
    /proc/sys/net/ipv6/conf/*/ignore_routes_with_linkdown /proc/sys/net/ipv6/conf/*/hop_limit \
    /proc/sys/net/bridge/* \
    /proc/sys/net/netfilter/nf_conntrack_max /proc/sys/net/netfilter/nf_conntrack_count \
    /proc/sys/net/netfilter/nf_conntrack_buckets /proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal \
    /proc/sys/net/netfilter/nf_conntrack_*timeout*
true
#: system
echo "kernel $(uname -r)"
echo "boot-id $(cat /proc/sys/kernel/random/boot_id)"
# shellcheck source=/dev/null
echo "os $(. /etc/os-release && echo "$PRETTY_NAME")"
echo "container $(systemd-detect-virt --container 2>/dev/null || { in_container && echo container; } || echo none)"
echo "uptime $(cut -d' ' -f1 /proc/uptime)"
echo "now $(date +%s)"
[ "$(id -u)" = 0 ] && echo 'root yes' || echo 'root no'
#: units
needs systemctl
systemctl show -p Id,LoadState,ActiveState,SubState,Result,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic,ActiveExitTimestampMonotonic \
    docker.service docker.socket containerd.service iptables.service netfilter-persistent.service nftables.service \
    firewalld.service ufw.service ferm.service shorewall.service firehol.service systemd-networkd.service NetworkManager.service systemd-resolved.service
#: xtables-lock
# Who holds the lock of iptables-legacy for longer than a call of it takes: `PID NAME`.
file=${XTABLES_LOCKFILE:-/run/xtables.lock}
[ -e "$file" ] || exit 0
needs_root
device=$((0x$(stat -c %D "$file"))) || exit
lock=$(printf '%02x:%02x:%s' $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)) "$(stat -c %i "$file")")
own=$(readlink /proc/self/ns/net)

# The lock's holders in this network namespace; iptables' test runs in another one.
holders() {
    sed -n "s/^[0-9]*: [A-Z]* *[A-Z]* *WRITE \([1-9][0-9]*\) $lock .*/\1/p" /proc/locks | while read -r pid; do
        [ "$(readlink "/proc/$pid/ns/net")" != "$own" ] || echo "$pid"
    done
}

first=$(holders)
[ -n "$first" ] || exit 0
sleep 1
for pid in $(holders); do
    case " $(echo "$first" | tr '\n' ' ')" in *" $pid "*) echo "$pid $(cat "/proc/$pid/comm")" ;; esac
done
#: connections
# Connections as the host has translated them: an egress connection whose reply is due to a container's own address
# has left unmasqueraded.
needs_root
if command -v conntrack >/dev/null && present nf_conntrack_netlink; then
    conntrack -L 2>/dev/null | head -n 200
elif [ -e /proc/net/nf_conntrack ]; then
    # The same lines, behind the family's name and number.
    sed -n -E 's/^ipv4 +[0-9]+ //; T; s/ zone=0 / /p; t; p' /proc/net/nf_conntrack | head -n 200
else
    present nf_conntrack_netlink || absent 'the kernel has not loaded nf_conntrack_netlink'
    needs conntrack
fi
#: docker-endpoint
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
#: docker-journal
needs journalctl
journalctl -u docker.service -u snap.docker.dockerd.service -b -o cat --no-pager -n 80 -q
#: docker-server
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
#: iptables-self-test
# Does `iptables -C` and `-D` tell interfaces apart? Asked in a network namespace that ends with the question.
# Each line: the question, the exit code seen, the exit code of a sound build.
# Source: netfilter iptables, nft-shared.c, interface masks (broken by 9ccae6397475, mended by 40406dbfaefb).
needs iptables
needs unshare
if iptables --version | grep -q legacy; then
    present ip_tables || absent 'the kernel has not loaded ip_tables'
else
    for module in nf_tables nft_compat; do present $module || absent "the kernel has not loaded $module"; done
fi
# shellcheck disable=SC2016
unshare -n sh -c '
ask() { question=$1 sound=$2; shift 2; "$@" >/dev/null 2>&1; echo "$question $? $sound"; }
iptables -N t && iptables -A t -i lo -j ACCEPT && iptables -A t -o lo -j RETURN &&
iptables -N n && iptables -A n ! -i lo -j ACCEPT && iptables -A n -i lo ! -o lo -j DROP || exit 1
ask check-same-input 0 iptables -C t -i lo -j ACCEPT
ask check-other-input 1 iptables -C t -i abcdefgh -j ACCEPT
ask check-same-output 0 iptables -C t -o lo -j RETURN
ask check-other-output 1 iptables -C t -o abcdefgh -j RETURN
ask check-negated-input 1 iptables -C t ! -i lo -j ACCEPT
ask check-same-negated 0 iptables -C n ! -i lo -j ACCEPT
ask check-other-negated 1 iptables -C n ! -i abcdefgh -j ACCEPT
ask check-same-pair 0 iptables -C n -i lo ! -o lo -j DROP
ask check-other-pair 1 iptables -C n -i lo ! -o abcdefgh -j DROP
ask check-no-input 1 iptables -C t -j ACCEPT
ask delete-other-negated 1 iptables -D n ! -i abcdefgh -j ACCEPT
ask delete-other-input 1 iptables -D t -i abcdefgh -j ACCEPT
ask check-kept 0 iptables -C t -i lo -j ACCEPT
ask delete-same-input 0 iptables -D t -i lo -j ACCEPT'
#: routes
needs ip
ip -j -4 route show table all
#: routes6
[ -d /proc/sys/net/ipv6 ] || absent 'the kernel has no IPv6'
needs ip
ip -j -6 route show table all
#: rules-legacy
legacy_tables ip_tables_names || exit 0
save=$(saver iptables legacy) || fail 'iptables-legacy-save is not installed: the rules of the legacy backend cannot be read'
"$save" -c
#: rules-native
present nf_tables || exit 0
command -v nft >/dev/null || {
    tables=$(foreign_tables) || fail 'nft is not installed: tables of nftables cannot be read (to install it: apt-get install nftables)'
    [ -z "$tables" ] || fail "nft is not installed: the tables $(printf '%s\n' "$tables" | head -n 5 | paste -sd, | sed 's/,/, /g') cannot be read (to install it: apt-get install nftables)"
    absent 'nft is not installed, and iptables lists every table'
}
nft -j list ruleset
#: rules-nft
present nf_tables || exit 0
save=$(saver iptables nft) || absent 'iptables-nft-save is not installed'
"$save" -c
#: rules-text
# The same as text, for people: with handles, by which a rule is found in both.
present nf_tables || exit 0
needs nft
nft -a -s list ruleset
#: rules6-legacy
legacy_tables ip6_tables_names || exit 0
save=$(saver ip6tables legacy) || fail 'ip6tables-legacy-save is not installed: the rules of the legacy backend cannot be read'
"$save" -c
#: rules6-nft
present nf_tables || exit 0
save=$(saver ip6tables nft) || absent 'ip6tables-nft-save is not installed'
"$save" -c
#: traffic-control
command -v tc >/dev/null || {
    plain=' qdisc (noqueue|pfifo_fast|fq_codel|fq|mq|pfifo|noop) '
    if loaded sch_ingress || ip -o link show | grep -vqE "$plain"; then
        fail 'tc is not installed: traffic control cannot be read (to install it: apt-get install iproute2; dnf install iproute-tc)'
    fi
    programs=$(tcx_programs)
    [ -n "$programs" ] || absent 'tc is not installed, and no link has traffic control'
    printf '%s\n' "$programs"
    exit 0
}
traffic_control
#: modules
# For the running kernel: what modprobe would do. Its dry run trusts the index, so the files it names are looked at too.
! in_container || absent "a container: its host's kernel has modules, and loads them"
[ -e /proc/modules ] || absent 'this kernel has no modules'
needs modprobe
loaded=" $(cut -d' ' -f1 /proc/modules | tr '\n' ' ') "
for module in $needed; do
    case $loaded in *" $module "*) echo "$module loaded"; continue ;; esac
    if plan=$(modprobe -n -v "$module" 2>&1); then
        state=loadable
        for file in $(printf '%s\n' "$plan" | sed -n 's/^insmod \([^ ]*\).*/\1/p'); do
            [ -e "$file" ] || state="missing $file: no such file, though the module index names it"
        done
        case $plan in *builtin*) state=builtin ;; esac
        echo "$module $state"
    elif loaded "$module"; then
        echo "$module builtin"
    else
        echo "$module missing $plan"
    fi
done
#: trees
# For every installed kernel: which of the needed modules its tree holds.
for tree in /lib/modules/*/; do
    [ -e "$tree/modules.dep" ] || continue
    tree=${tree%/} kernel=$(basename "$tree")
    cat "$tree/modules.dep" "$tree/modules.builtin" 2>/dev/null |
        awk -v needed="$needed" -v kernel="$kernel" '
            BEGIN { split(needed, list, " "); for (i in list) want[list[i]] = 1 }
            { file = $1; sub(/:$/, "", file); name = file; sub(/.*\//, "", name); sub(/\.ko.*/, "", name) }
            name in want { print kernel, name, (/:/ ? file : "") }' |
        while read -r kernel module file; do
            [ -z "$file" ] || [ -e "$tree/$file" ] && echo "$kernel $module"
        done
done
true
#: firewalld
needs firewall-cmd
systemctl is-active -q firewalld.service 2>/dev/null || [ -n "$(pids_of firewalld)" ] ||
    absent 'firewalld does not run'
# A busy host takes its time to start Python twice: side by side.
firewall-cmd --get-active-zones >"$work/zones" 2>&1 &
zone=$(firewall-cmd --get-default-zone) || fail "${zone:-firewall-cmd does not answer}"
echo "default-zone $zone"
wait $! || fail "$(cat "$work/zones")"
cat "$work/zones"
#: docker-containers
# Names, addresses and ports alone: environment and labels may hold secrets.
containers=$(docker ps -aq --no-trunc) || exit
[ -n "$containers" ] || exit 0
# shellcheck disable=SC2086
docker container inspect -f '{"name":{{json .Name}},"pid":{{.State.Pid}},"mode":{{json .HostConfig.NetworkMode}},"id":{{json .Id}},"status":{{json .State.Status}},"exitCode":{{.State.ExitCode}},"error":{{json .State.Error}},"started":{{json .State.StartedAt}},"finished":{{json .State.FinishedAt}},"restart":{{json .HostConfig.RestartPolicy.Name}},"ports":{{json .NetworkSettings.Ports}},"bindings":{{json .HostConfig.PortBindings}},"networks":{{json .NetworkSettings.Networks}}}' $containers 2>"$work/inspect.err" && exit
code=$?
# One that ended between the two questions is no failure.
grep -v 'No such container' "$work/inspect.err" >&2 && exit $code
true
#: docker-networks
networks=$(docker network ls -q --no-trunc) || exit
# shellcheck disable=SC2086
docker network inspect -f '{"Name":{{json .Name}},"Id":{{json .Id}},"Driver":{{json .Driver}},"Scope":{{json .Scope}},"Internal":{{json .Internal}},"EnableIPv6":{{json .EnableIPv6}},"Options":{{json .Options}},"IPAM":{{json .IPAM}}}' $networks
#: joined-namespaces
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
#: container-namespaces
# Each running container's own network namespace from the inside, several at a time.
needs_root
needs nsenter
needs ip

# Lines NAME PID MODE.
container_namespaces() {
    sed -n 's/^{"name":"\/\([^"]*\)","pid":\([1-9][0-9]*\),"mode":"\([^"]*\)".*/\1 \2 \3/p' "$work/docker-containers.out"
}

# shellcheck disable=SC2016
inside='
echo "@ links"; ip -j -d address
echo "@ ipv4"; printf "%s\n" "route show table all" "rule show" "neighbour show nud all" | ip -4 -j -batch -
echo "@ ipv6"; printf "%s\n" "route show table all" "neighbour show nud all" | ip -6 -j -batch -
echo "@ files"; cd /proc/sys/net; resolv=/proc/$1/root/etc/resolv.conf; [ ! -L "$resolv" ] || resolv=
grep -Hs "" /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/ip_default_ttl /proc/sys/net/ipv4/icmp_echo_ignore_all \
    /proc/sys/net/ipv4/ipfrag_high_thresh /proc/sys/net/ipv?/neigh/*/mcast_solicit /proc/sys/net/ipv6/conf/*/hop_limit \
    /proc/sys/net/netfilter/nf_conntrack_*timeout* /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/conf/*/forwarding \
    /proc/sys/net/ipv4/conf/*/arp_ignore /proc/sys/net/ipv4/conf/*/accept_local \
    /proc/sys/net/ipv6/conf/*/disable_ipv6 /proc/sys/net/ipv6/conf/*/accept_ra $resolv
echo "@ listeners"; PROC_ROOT=/proc/ ss -Hlntu
echo "@ rules"
. "$4"
listed=yes
: >"$3" >"$3.legacy"
if [ "$2" = yes ] && ! command -v nft >/dev/null; then
    foreign_tables | sed "s/^/table /"
    save=$(saver iptables nft) && "$save" >"$3" 2>/dev/null || listed=
    grep -E "^-A|^:.* DROP" "$3" | grep -vF 127.0.0.11
elif [ "$2" = yes ]; then
    nft list ruleset >"$3" || { listed=; echo "rules that nft could not list"; }
    grep -vE "127[.]0[.]0[.]11|^#|^(table|[[:space:]]+chain) |policy accept;|^[[:space:]]*}?\$" "$3" | head -n 20
fi
! grep -q . /proc/net/ip_tables_names || {
    save=$(saver iptables legacy) && "$save" >"$3.legacy" || { listed=; echo "tables of the legacy backend"; }
    grep -E "^-A|^:.* DROP" "$3.legacy" | grep -vF 127.0.0.11
}
[ -z "$listed" ] || { echo "@ resolver"; cat "$3" "$3.legacy" | grep -cF 127.0.0.11; }
! command -v tc >/dev/null || { echo "@ control"; traffic_control; }
! present xfrm_user || { echo "@ ipsec"; ipsec_policies; }
echo "@ end"'
nft=no
! present nf_tables || nft=yes
dir=$work/namespaces
mkdir "$dir" || exit
container_namespaces | {
    count=0
    while read -r container pid mode; do
        case $mode in host | container:*) continue ;; esac
        count=$((count + 1))
        {
            echo "@ container $container $pid $mode"
            nsenter -t "$pid" -n sh -c "$inside" sh "$pid" $nft "$dir/$count.nft" "$work/lib.sh"
        } >"$dir/$count.out" 2>/dev/null &
        [ $((count % 8)) -gt 0 ] || wait
    done
    wait
    [ $count = 0 ] || cat "$dir"/*.out
}
END OF SECTIONS
}

start_sections() {
    { run firewalld 18; } &
    { run modules 10; } &
    { run trees 10; } &
    { run connections 8; } &
    { run docker-endpoint 8; } &
    { run docker-journal 8; } &
    {
        run docker-server 8
        {
            run docker-containers 6 docker-server
            { run joined-namespaces 6 docker-containers; } &
            { run container-namespaces 8 docker-containers; } &
        } &
        { run docker-networks 6 docker-server; } &
    } &
    { run iptables-self-test 8; } &
    { run routes 8; } &
    { run routes6 8; } &
    { run rules-legacy 8; } &
    { run rules-native 8; } &
    { run rules-nft 8; } &
    { run rules-text 8; } &
    { run rules6-legacy 8; } &
    { run rules6-nft 8; } &
    { run traffic-control 8; } &
    { run addresses 5; } &
    { run boot-files 5; } &
    { run bpf-links 5; } &
    { run cgroup-filters 5; } &
    { run conntrack-stats 5; } &
    { run docker-config 5; } &
    { run docker-install 5; } &
    { run drop-counters 5; } &
    { run fdb 5; } &
    { run firewall-scripts 5; } &
    { run halted-processes 5; } &
    { run ip-vs 5; } &
    { run ipsec 5; } &
    { run ipsets 5; } &
    { run iptables-tool 5; } &
    { run kernel-log 5; } &
    { run kernels 5; } &
    { run layer2-rules 5; } &
    { run links 5; } &
    { run listeners 5; } &
    { run neighbour-tables 5; } &
    { run neighbours 5; } &
    { run packet-queues 5; } &
    { run resolver 5; } &
    { run routing-rules 5; } &
    { run routing-rules6 5; } &
    { run saved-rules 5; } &
    { run sysctls 5; } &
    { run system 5; } &
    { run units 5; } &
    { run xtables-lock 5; } &
}

# user:password@ in a URL, and what follows a word for a secret: in quotes, in quotes inside of quotes, bare. What else
# sed is to do follows.
redact() {
    key='"?[A-Za-z0-9_.-]*(password|passwd|secret|token|api[_-]?key|auth)'
    sed -E -e 's#(://)[^/@[:space:]"]+@#\1REDACTED@#g' \
        -e 's#('"$key"'"?[[:space:]]*[=:][[:space:]]*)("[^"]*")#\1"REDACTED"#gI' \
        -e 's#('"$key"'[[:space:]]*[=:][[:space:]]*)\\"[^"\\]*\\"#\1\\"REDACTED\\"#gI' \
        -e 's#('"$key"'[[:space:]]*[=:][[:space:]]*)[^[[:space:],"\\{}]+#\1REDACTED#gI' \
        -e 's#('"$key"'"[[:space:]]*:[[:space:]]*)(-?[0-9][0-9.e+]*)#\1"REDACTED"#gI' "$@"
}

# Puts stand-ins for public addresses: of IPv4 the first three numbers, of IPv6 both halves, of hardware all. What
# stands for what is kept in a file, so that it is the same in every section.
stand_ins() {
    awk -v known="$work/stand-ins" '
        BEGIN {
            while ((getline line < known) > 0) { split(line, f, " "); map[f[1] " " f[2]] = f[3]; count[f[1]]++ }
            close(known)
        }
        END { printf "" > known; for (key in map) print key, map[key] > known }
        function number(kind, original) {
            if (!((kind " " original) in map)) map[kind " " original] = count[kind]++
            return map[kind " " original]
        }
        function ipv4(text, p, n) {
            if (split(text, p, ".") != 4) return text
            for (n = 1; n <= 4; n++) if (p[n] !~ /^[0-9]+$/ || p[n] > 255) return text
            if (p[1] == 0 || p[1] == 10 || p[1] == 127 || p[1] >= 224 || (p[1] == 172 && p[2] >= 16 && p[2] <= 31) ||
                (p[1] == 192 && p[2] == 168) || (p[1] == 169 && p[2] == 254) || (p[1] == 100 && p[2] >= 64 && p[2] <= 127))
                return text
            # A half or a quarter of all addresses is nobody.
            if (p[2] == 0 && p[3] == 0 && p[4] == 0) return text
            n = number("4", p[1] "." p[2] "." p[3])
            return "198." (18 + int(n / 256) % 2) "." (n % 256) "." p[4]
        }
        function ipv6(text, halves, left, right, g, n, all, i, host) {
            n = split(text, halves, "::")
            if (n > 2 || (n == 1 && split(text, g, ":") != 8)) return text
            left = split(halves[1], g, ":")
            for (i = 1; i <= left; i++) all[i] = g[i]
            right = n == 2 ? split(halves[2], g, ":") : 0
            if (left + right > 8) return text
            for (i = left + 1; i <= 8 - right; i++) all[i] = "0"
            for (i = 1; i <= right; i++) all[8 - right + i] = g[i]
            for (i = 1; i <= 8; i++) { if (all[i] !~ /^[0-9a-fA-F]+$/ || length(all[i]) > 4) return text; sub(/^0+/, "", all[i]) }
            host = all[5] ":" all[6] ":" all[7] ":" all[8]
            if (all[1] ~ /^fe[89ab]/) {
                # Made of the hardware address.
                return host ~ /ff:fe/ ? sprintf("fe80::%x", number("h", host) + 4096) : text
            }
            if (all[1] !~ /^[23]...$/) return text
            n = number("6", all[1] ":" all[2] ":" all[3] ":" all[4])
            if (host == ":::") return sprintf("2001:db8:0:%x::", n)
            return sprintf("2001:db8:0:%x::%x", n, number("h", host) + 1)
        }
        function mac(text) {
            if (text ~ /^(00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|33:33:|01:00:5e:|01:80:c2:)/) return text
            text = number("m", text)
            return sprintf("02:00:00:00:%02x:%02x", int(text / 256), text % 256)
        }
        function stand_in(text, tail) {
            tail = ""
            # A dot or a colon at the end belongs to the sentence.
            while (text ~ /[.]$/ || text ~ /[^:]:$/) { tail = substr(text, length(text)) tail; text = substr(text, 1, length(text) - 1) }
            if (text ~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/) return ipv4(text) tail
            # An address and its port.
            if (text ~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+:[0-9]+$/) return ipv4(substr(text, 1, index(text, ":") - 1)) substr(text, index(text, ":")) tail
            if (text ~ /^[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]$/) return mac(text) tail
            if (text ~ /^::ffff:[0-9.]+$/) return "::ffff:" ipv4(substr(text, 8)) tail
            if (text ~ /:.*:/) return ipv6(text) tail
            return text tail
        }
        {
            line = $0; out = ""
            while (match(line, /[0-9a-fA-F:][0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*/)) {
                before = RSTART > 1 ? substr(line, RSTART - 1, 1) : ""; after = substr(line, RSTART + RLENGTH, 1)
                word = substr(line, RSTART, RLENGTH)
                # Letters around it make it a name, or a version.
                if (before ~ /[A-Za-z0-9_.]/ || after ~ /[A-Za-z0-9_]/) out = out substr(line, 1, RSTART + RLENGTH - 1)
                else out = out substr(line, 1, RSTART - 1) stand_in(word)
                line = substr(line, RSTART + RLENGTH)
            }
            out = out line
            if (sub(/\001$/, "", out)) printf "%s", out; else print out
        }'
}

# A listing may be one long line, which awk would copy again for each address in it.
hide_addresses() { sed "s/,/,$(printf '\001')\\n/g" | stand_ins; }

# Seconds since boot, in hundredths.
clock() {
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
}

# How many times slower than usual this host starts a program now: its processor is slow, or others need it too.
slowness() {
    clock
    began=$now
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do sh -c :; done
    clock
    slow=$(((now - began) / 4 + 1))
    [ "$slow" -le 12 ] || slow=12
}

# Runs a section: NAME SECONDS, and the section that it stands on. Where that one is not ok, neither is this.
run() {
    name=$1 limit=$(($2 * patience)) base=${3:-}
    clock
    began=$now
    base_status=ok
    [ -z "$base" ] || read -r base_status code _ <"$work/$base.status"
    if [ "$base_status" != ok ]; then
        : >"$work/$name.out"
        status=$base_status
        if [ -s "$work/$base.err" ]; then cat "$work/$base.err"; else echo "$base: $status"; fi >"$work/$name.err"
    else
        # No section fills the memory of a host that is in trouble: 64 MB, in blocks of 512 bytes.
        (ulimit -f 131072; exec $timeout ${timeout:+"$limit"} sh "$work/$name.sh") >"$work/$name.out" 2>"$work/$name.err" </dev/null &
        echo $! >"$work/$name.pid"
        wait $!
        code=$?
        clock
        case $code in
            0) status=ok ;;
            90) status=absent ;;
            124) status=timed-out ;;
            *) status=failed ;;
        esac
        # What did not end by itself was killed.
        [ "$code" != 137 ] || [ $((now - began)) -lt $((limit * 100)) ] || status=timed-out
    fi
    # The collector may have been ended meanwhile.
    [ -d "$work" ] || return
    echo "$status $code $(((now - began) * 10))" >"$work/$name.status"
    : >"$work/$name.done"
}

# The lines of a file, each with a mark before it. A file may end without a newline: it gets one, and an empty last line
# goes.
indented() {
    echo >>"$2"
    if [ "$hide" = yes ]; then redact "$2" | hide_addresses | sed -e '$ { /^$/d' -e '}' -e "s/^/$1/"
    else redact -e '$ { /^$/d' -e '}' -e "s/^/$1/" "$2"; fi
}

# Sections as they stand in the bundle. A checksum is of a section's printable characters: see checksum.ts. Few processes:
# on an emulated host each takes its time.
frame() {
    printable=
    for section in "$@"; do
        read -r status code ms <"$work/$section.status"
        {
            echo "--- begin $section"
            indented ' ' "$work/$section.out"
            [ ! -s "$work/$section.err" ] || indented '!' "$work/$section.err"
            printf -- '--- end %s %s %s %s' "$section" "$status" "$code" "$ms"
        } >"$work/$section.framed"
        tr -cd '\011\012\040-\176' <"$work/$section.framed" >"$work/$section.printable"
        printable="$printable $work/$section.printable"
    done
    # shellcheck disable=SC2086
    $checksum $printable | for section in "$@"; do
        read -r sum _
        echo " $sum" >>"$work/$section.framed"
    done
}

# Waits for a section; it has timed out when all of the time is over.
await() {
    until [ -e "$work/$1.done" ]; do
        flush
        clock
        if [ "$now" -ge "$deadline" ]; then
            : >"$work/$1.out"
            echo 'it did not end' >"$work/$1.err"
            echo "timed-out 124 $(((now - started) * 10))" >"$work/$1.status"
            break
        fi
        sleep "$pause"
    done
    ready="$ready $1"
}

# Prints the sections that are ready.
flush() {
    [ -n "$ready" ] || return
    # shellcheck disable=SC2086
    frame $ready
    for section in $ready; do cat "$work/$section.framed"; done
    ready=
}

# Somewhere to write, in memory before on disk: a full disk is a common trouble.
workplace() {
    for place in /dev/shm /run /tmp "${TMPDIR:-/var/tmp}"; do
        work=$(TMPDIR=$place mktemp -d "$place/dockfault.XXXXXX" 2>/dev/null) || continue
        echo ok >"$work/probe" 2>/dev/null && grep -q ok "$work/probe" && return
        rm -rf "$work"
    done
    echo 'collect.sh: nowhere to write: /dev/shm, /run and /tmp take no file' >&2
    exit 1
}

# Whatever ends this, ends its sections too.
cleanup() {
    for section in $sections; do
        if [ -e "$work/$section.pid" ] && [ ! -e "$work/$section.done" ]; then
            read -r pid <"$work/$section.pid"
            kill "$pid" 2>/dev/null
        fi
    done
    rm -rf "$work"
}

collect() {
    hide=no patience=$((${PATIENCE:-4} / 4))
    while [ $# -gt 0 ]; do
        case $1 in
            --hide-addresses) hide=yes ;;
            --patience) shift; patience=${1:-none} ;;
            *) echo "collect.sh: $1 is no option; there are --hide-addresses and --patience N" >&2; exit 64 ;;
        esac
        [ $# = 0 ] || shift
    done
    case $patience in
        0) patience=1 ;;
        *[!0-9]* | '') echo 'collect.sh: --patience takes a whole number' >&2; exit 64 ;;
    esac
    slowness
    [ "$patience" -ge "$slow" ] || patience=$slow
    umask 077
    workplace
    # Not at its end: the shell that reads this file may have plans of its own for that.
    trap 'cleanup; exit 143' HUP INT TERM PIPE
    export work patience
    pause=1
    ! sleep 0.01 2>/dev/null || pause=0.05
    if command -v cksum >/dev/null; then checksum='cksum'; else checksum='sha256sum'; fi
    timeout=
    # What does not end when it is told to is killed, where timeout can do that.
    if timeout -k 1 1 true 2>/dev/null; then timeout='timeout -k 1'; elif timeout 1 true 2>/dev/null; then timeout=timeout; fi
    clock
    started=$now
    deadline=$((now + overall * patience * 100))
    echo "dockfault-evidence 2 $version"
    write_sections
    # See built_in: what starts the kernel's own parts, among a hundred thousand names.
    [ -r "/lib/modules/$(uname -r)/modules.builtin" ] || {
        symbols=$work/symbols
        grep '_init$' /proc/kallsyms >"$symbols" 2>/dev/null
        export symbols
    }
    start_sections
    ready=
    for each in $sections; do await "$each"; done
    flush
    echo '--- whole'
    cleanup
}

collect "$@"
