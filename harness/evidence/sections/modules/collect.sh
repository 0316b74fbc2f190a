# limit: 10 s
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
