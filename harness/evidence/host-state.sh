# Prints everything on a host that a diagnosis may not change, as lines to compare: rules with their counters, settings,
# modules, links, Docker's objects, and the files that configure it. Run it on a host at rest.
LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
say() { sed "s|^|$1: |"; }
[ ! -d /sys/module/nf_tables ] && ! systemd-detect-virt -q --container || nft list ruleset 2>&1 | say nft
! grep -q . /proc/net/ip_tables_names 2>/dev/null || iptables-legacy-save -c | grep -v '^#' | say legacy
sysctl -a 2>/dev/null | grep '^net\.' | grep -vE 'nf_conntrack_(count|buckets)|\.stat|random|neigh\..*gc' | say sysctl
cut -d' ' -f1 /proc/modules | sort | say module
ip -o link | sed 's/ qlen .*//' | say link
ip -o address | sed 's/ valid_lft .*//' | say address
ip route show table all | grep -v ' expires ' | say route
ip rule | say rule
ip netns list | say netns
if systemctl is-active -q docker.service; then
    docker ps -a --no-trunc --format '{{.ID}} {{.Names}} {{.State}}' | say container
    docker network ls --no-trunc --format '{{.ID}} {{.Name}}' | say network
    docker image ls -a --no-trunc --format '{{.ID}}' | say image
    docker volume ls -q | say volume
fi
systemctl list-units --all --no-legend --plain --type=service --state=active,failed | awk '{ print $1, $3, $4 }' | grep -v '^systemd-' | say unit
find /etc /var/lib/docker/network /usr/local -xdev -type f -exec cksum {} + 2>/dev/null | sort -k3 | say file
