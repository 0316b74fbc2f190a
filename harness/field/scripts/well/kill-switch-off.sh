# The table of a VPN's kill switch is there, and lets everything through while the VPN is off.
nft -f - <<'N'
table inet vpnguard {
 set allowed { type ifname; elements = { "lo", "tun0", "wg0" } }
 chain forward { type filter hook forward priority 0; policy accept; oifname @allowed accept; }
 chain output { type filter hook output priority 0; policy accept; oifname @allowed accept; }
}
N
