# limit: 8 s
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
