#!/bin/sh
# dockfault: what a host says of its Docker network, on standard output. Read-only: it loads no module, changes no
# rule, counter or setting, and starts no container. POSIX sh; root sees more.
#
#   sh collect.sh >host.bundle
#
# Credentials in what it quotes are left out. With --hide-addresses public addresses and hardware addresses are
# replaced, each by one of a documentation range and the same one each time; private ones stay, for diagnosis needs them.
#
# Every section is framed by `--- begin NAME` and `--- end NAME CODE`; its lines are indented by one space, so that
# nothing a host prints can look like a frame.
LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

# user:password@ in a URL, and what follows a word for a secret.
redact() {
    sed -E -e 's#(://)[^/@[:space:]"]+@#\1REDACTED@#g' \
        -e 's#(("?[A-Za-z0-9_.-]*(password|passwd|secret|token|api[_-]?key|auth)"?)[[:space:]]*[=:][[:space:]]*)("[^"]*"|[^[:space:],}]+)#\1"REDACTED"#gI'
}

section() {
    name=$1
    shift
    printf -- '--- begin %s\n' "$name"
    # The exit code travels as the last line of the same pipe: no temporary file is needed.
    { "$@" 2>&1; printf '\n%s\n' "$?"; } | redact | sed -e '$!s/^/ /' -e "\$s/^/--- end $name /"
}

hide_addresses() {
    awk '
        function private(a, p) {
            split(a, p, ".")
            return p[1] == 0 || p[1] == 10 || p[1] == 127 || p[1] >= 224 || (p[1] == 172 && p[2] >= 16 && p[2] <= 31) ||
                (p[1] == 192 && p[2] == 168) || (p[1] == 169 && p[2] == 254) || (p[1] == 100 && p[2] >= 64 && p[2] <= 127)
        }
        function stand_in(a, kind) {
            if (kind == "4") { if (private(a)) return a; if (!(a in known)) known[a] = "198.18." int(n4 / 250) "." (n4++ % 250 + 1) }
            else if (kind == "m") { if (!(a in known)) known[a] = sprintf("02:00:00:00:%02x:%02x", nm / 256, nm++ % 256) }
            return known[a]
        }
        function replaced(line, pattern, kind, out, before, after) {
            out = ""
            while (match(line, pattern)) {
                before = substr(line, RSTART - 1, 1); after = substr(line, RSTART + RLENGTH, 1)
                # Digits and dots around it make it a version or a longer number, and no address.
                if (RSTART > 1 && before ~ /[0-9.]/ || after ~ /[0-9]/) out = out substr(line, 1, RSTART + RLENGTH - 1)
                else out = out substr(line, 1, RSTART - 1) stand_in(substr(line, RSTART, RLENGTH), kind)
                line = substr(line, RSTART + RLENGTH)
            }
            return out line
        }
        {
            line = replaced($0, "[0-9][0-9]?[0-9]?[.][0-9][0-9]?[0-9]?[.][0-9][0-9]?[0-9]?[.][0-9][0-9]?[0-9]?", "4")
            print replaced(line, "[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]", "m")
        }'
}

bounded() { timeout 5 "$@"; }

system() {
    echo "kernel $(uname -r)"
    echo "boot-id $(cat /proc/sys/kernel/random/boot_id)"
    echo "os $(. /etc/os-release && echo "$PRETTY_NAME")"
    echo "container $(systemd-detect-virt --container 2>/dev/null || echo none)"
    echo "uptime $(cut -d' ' -f1 /proc/uptime)"
}

# What Docker's bridge driver needs of the kernel, by either iptables backend.
needed='overlay veth bridge br_netfilter nf_tables nft_compat nft_chain_nat nf_nat nf_conntrack xt_MASQUERADE xt_conntrack xt_addrtype xt_nat ip_tables iptable_nat iptable_filter'

kernels() { for tree in /lib/modules/*/; do [ -e "$tree/modules.dep" ] && basename "$tree"; done; true; }

# For the running kernel: what modprobe would do. Its dry run trusts the index, so the files it names are looked at too.
modules() {
    # A container asks its host's kernel, whose modules are not its own to load.
    [ -e /proc/modules ] && command -v modprobe >/dev/null && ! systemd-detect-virt -q --container || return 0
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
        elif [ -d "/sys/module/$module" ]; then
            echo "$module builtin"
        else
            echo "$module missing $plan"
        fi
    done
}

# For every installed kernel: which of the needed modules its tree holds.
trees() {
    for kernel in $(kernels); do
        tree=/lib/modules/$kernel
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
}

units() {
    systemctl show -p Id,LoadState,ActiveState,SubState,Result,ActiveEnterTimestampMonotonic \
        docker.service docker.socket containerd.service iptables.service netfilter-persistent.service nftables.service \
        firewalld.service ufw.service
}

docker_journal() { journalctl -u docker.service -b -o cat --no-pager -n 80 -q; }

docker_config() { cat /etc/docker/daemon.json 2>/dev/null || echo '{}'; }

docker_command() {
    pid=$(systemctl show -P MainPID docker.service 2>/dev/null)
    [ "${pid:-0}" -gt 0 ] 2>/dev/null && tr '\0' '\n' <"/proc/$pid/cmdline"
    true
}

docker_up() { systemctl is-active -q docker.service; }
docker_server() { docker_up && bounded docker version -f '{{.Server.Version}}'; }
docker_networks() { docker_up || return 0; bounded docker network ls -q --no-trunc | xargs -r timeout 5 docker network inspect; }
# Asked once for two sections. Names, addresses and ports alone: environment and labels may hold secrets.
inspected() {
    docker_up || return 0
    bounded docker ps -q --no-trunc | xargs -r timeout 5 docker inspect -f \
        '{{.Name}} {{.State.Pid}} {{.HostConfig.NetworkMode}} {"name":{{json .Name}},"mode":{{json .HostConfig.NetworkMode}},"ports":{{json .NetworkSettings.Ports}},"networks":{{json .NetworkSettings.Networks}}}'
}
docker_containers() {
    [ -z "$containers" ] || printf '%s\n' "$containers" | sed 's/^[^ ]* [0-9]* [^ ]* {/{/'
    return $inspection
}

# Each running container's own end of its links, and its way out: what `ip` says inside its network namespace.
container_links() {
    command -v nsenter >/dev/null || return 0
    printf '%s\n' "$containers" | head -n 40 | while read -r container pid mode rest; do
        [ -n "$rest" ] && [ "$mode" != host ] && [ "$pid" -gt 0 ] 2>/dev/null || continue
        nsenter -t "$pid" -n sh -c 'ip -o link; ip -o -4 route show default' 2>/dev/null |
            sed -n -e "s|^[0-9]*: \([^:@]*\)@if\([0-9]*\): <\([^>]*\)>.*|$container link \1 \2 \3|p" -e "s|^default |$container route &|p"
    done
    true
}

iptables_tool() {
    iptables --version
    readlink -f "$(command -v iptables)"
}

# A listing would load nf_tables or ip_tables where the kernel has not needed them yet; absent, they have no rules.
# A kernel without loadable modules has no such thing to load.
present() { [ -d "/sys/module/$1" ] || [ ! -e /proc/modules ] || systemd-detect-virt -q --container; }
rules_nft() { ! present nf_tables || iptables-nft-save 2>/dev/null; }
# A file of /proc has no size: whether it names a table is known by reading it.
rules_legacy() { ! grep -q . /proc/net/ip_tables_names 2>/dev/null || iptables-legacy-save 2>/dev/null; }
rules_native() { ! present nf_tables || nft -j list ruleset; }
# The same as text, for people: with handles, by which a rule is found in both.
rules_text() { ! present nf_tables || nft -a -s list ruleset 2>/dev/null; }

# What the admin has the host load at boot.
saved_rules() {
    for file in /etc/iptables/rules.v4 /etc/sysconfig/iptables /etc/nftables.conf /etc/sysconfig/nftables.conf; do
        [ -r "$file" ] && grep -v '^[[:space:]]*\(#\|$\)' "$file" | head -n 500 | sed "s|^|$file |"
    done
    true
}

# Does `iptables -C` and `-D` tell interfaces apart? Asked in a network namespace that ends with the question.
# Each line: the question, the exit code seen, the exit code of a sound build.
# Source: netfilter iptables, nft-shared.c, interface masks (broken by 9ccae6397475, mended by 40406dbfaefb).
iptables_self_test() {
    command -v iptables >/dev/null || return 0
    if iptables --version | grep -q legacy; then [ -d /sys/module/ip_tables ] || return 0
    else present nf_tables && present nft_compat || return 0; fi
    bounded unshare -n sh -c '
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
}

firewalld() {
    systemctl is-active -q firewalld.service || return 0
    # A busy host takes its time to start Python. What is not answered is left out, and not taken for another answer.
    zone=$(timeout 15 firewall-cmd --get-default-zone 2>/dev/null) && echo "default-zone $zone"
    timeout 15 firewall-cmd --get-active-zones 2>/dev/null || echo not-answered
}

# Connections as the host has translated them: an egress connection whose reply is due to a container's own address
# has left unmasqueraded.
connections() { ! present nf_conntrack_netlink || ! command -v conntrack >/dev/null || bounded conntrack -L 2>/dev/null | head -n 200; }

settings() {
    for key in net/ipv4/ip_forward net/ipv4/conf/all/rp_filter net/bridge/bridge-nf-call-iptables net/ipv6/conf/all/disable_ipv6; do
        echo "$key $(cat "/proc/sys/$key" 2>/dev/null || echo absent)"
    done
}

links() { ip -j -d link; }
addresses() { ip -j -4 address; }
routes() { ip -j -4 route show table all; }
routing_rules() { ip -j -4 rule; }

collect() {
    echo 'dockfault-evidence 1'
    section system system
    section kernels kernels
    section modules modules
    section trees trees
    section units units
    section docker-journal docker_journal
    section docker-config docker_config
    section docker-command docker_command
    section docker-server docker_server
    section docker-networks docker_networks
    containers=$(inspected 2>&1)
    inspection=$?
    section docker-containers docker_containers
    section container-links container_links
    section iptables-tool iptables_tool
    section iptables-self-test iptables_self_test
    section rules-nft rules_nft
    section rules-legacy rules_legacy
    section rules-native rules_native
    section rules-text rules_text
    section saved-rules saved_rules
    section firewalld firewalld
    section connections connections
    section settings settings
    section links links
    section addresses addresses
    section routes routes
    section routing-rules routing_rules
}

case ${1:-} in
    '') collect ;;
    --hide-addresses) collect | hide_addresses ;;
    *) echo "collect.sh: $1 is no option; the only one is --hide-addresses" >&2; exit 64 ;;
esac
