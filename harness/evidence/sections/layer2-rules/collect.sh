# limit: 5 s
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
