# limit: 5 s
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
