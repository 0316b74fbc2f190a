# limit: 8 s
present nf_tables || exit 0
command -v nft >/dev/null || {
    tables=$(foreign_tables) || fail 'nft is not installed: tables of nftables cannot be read (to install it: apt-get install nftables)'
    [ -z "$tables" ] || fail "nft is not installed: the tables $(printf '%s\n' "$tables" | head -n 5 | paste -sd, | sed 's/,/, /g') cannot be read (to install it: apt-get install nftables)"
    absent 'nft is not installed, and iptables lists every table'
}
nft -j list ruleset
