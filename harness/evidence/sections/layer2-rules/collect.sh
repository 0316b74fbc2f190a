# limit: 5 s
# Rules of the legacy backend for ARP and for bridges; those of nftables are among the native ones.
if legacy_tables arp_tables_names; then
    needs arptables-legacy-save
    arptables-legacy-save | grep '^-A' | sed 's/^/arp /'
fi
for table in filter nat broute; do
    [ -d "/sys/module/ebtable_$table" ] || continue
    needs ebtables-legacy
    # It loads the module of a table that it lists; this one is there.
    ebtables-legacy -t $table -L --Lx | grep -- ' -A ' | sed 's/^ebtables/bridge/'
done
true
