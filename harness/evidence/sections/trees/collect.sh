# limit: 10 s
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
