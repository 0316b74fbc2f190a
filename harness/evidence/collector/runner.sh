# Seconds since boot, in hundredths.
clock() {
    read -r now _ </proc/uptime
    now=${now%.*}${now#*.}
}

# How many times slower than usual this host starts a program now: its processor is slow, or others need it too.
slowness() {
    clock
    began=$now
    for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do sh -c :; done
    clock
    slow=$(((now - began) / 4 + 1))
    [ "$slow" -le 12 ] || slow=12
}

# Runs a section: NAME SECONDS, and the section that it stands on. Where that one is not ok, neither is this.
run() {
    name=$1 limit=$(($2 * patience)) base=${3:-}
    clock
    began=$now
    base_status=ok
    [ -z "$base" ] || read -r base_status code _ <"$work/$base.status"
    if [ "$base_status" != ok ]; then
        : >"$work/$name.out"
        status=$base_status
        if [ -s "$work/$base.err" ]; then cat "$work/$base.err"; else echo "$base: $status"; fi >"$work/$name.err"
    else
        # No section fills the memory of a host that is in trouble: 64 MB, in blocks of 512 bytes.
        (ulimit -f 131072; exec $timeout ${timeout:+"$limit"} sh "$work/$name.sh") >"$work/$name.out" 2>"$work/$name.err" </dev/null &
        echo $! >"$work/$name.pid"
        wait $!
        code=$?
        clock
        case $code in
            0) status=ok ;;
            90) status=absent ;;
            124) status=timed-out ;;
            *) status=failed ;;
        esac
        # What did not end by itself was killed.
        [ "$code" != 137 ] || [ $((now - began)) -lt $((limit * 100)) ] || status=timed-out
    fi
    # The collector may have been ended meanwhile.
    [ -d "$work" ] || return
    echo "$status $code $(((now - began) * 10))" >"$work/$name.status"
    : >"$work/$name.done"
}

# The lines of a file, each with a mark before it. A file may end without a newline: it gets one, and an empty last line
# goes.
indented() {
    echo >>"$2"
    if [ "$hide" = yes ]; then redact "$2" | hide_addresses | sed -e '$ { /^$/d' -e '}' -e "s/^/$1/"
    else redact -e '$ { /^$/d' -e '}' -e "s/^/$1/" "$2"; fi
}

# Sections as they stand in the bundle. A checksum is of a section's printable characters: see checksum.ts. Few processes:
# on an emulated host each takes its time.
frame() {
    printable=
    for section in "$@"; do
        read -r status code ms <"$work/$section.status"
        {
            echo "--- begin $section"
            indented ' ' "$work/$section.out"
            [ ! -s "$work/$section.err" ] || indented '!' "$work/$section.err"
            printf -- '--- end %s %s %s %s' "$section" "$status" "$code" "$ms"
        } >"$work/$section.framed"
        tr -cd '\011\012\040-\176' <"$work/$section.framed" >"$work/$section.printable"
        printable="$printable $work/$section.printable"
    done
    # shellcheck disable=SC2086
    $checksum $printable | for section in "$@"; do
        read -r sum _
        echo " $sum" >>"$work/$section.framed"
    done
}

# Waits for a section; it has timed out when all of the time is over.
await() {
    until [ -e "$work/$1.done" ]; do
        flush
        clock
        if [ "$now" -ge "$deadline" ]; then
            : >"$work/$1.out"
            echo 'it did not end' >"$work/$1.err"
            echo "timed-out 124 $(((now - started) * 10))" >"$work/$1.status"
            break
        fi
        sleep "$pause"
    done
    ready="$ready $1"
}

# Prints the sections that are ready.
flush() {
    [ -n "$ready" ] || return
    # shellcheck disable=SC2086
    frame $ready
    for section in $ready; do cat "$work/$section.framed"; done
    ready=
}

# Somewhere to write, in memory before on disk: a full disk is a common trouble.
workplace() {
    for place in /dev/shm /run /tmp "${TMPDIR:-/var/tmp}"; do
        work=$(TMPDIR=$place mktemp -d "$place/dockfault.XXXXXX" 2>/dev/null) || continue
        echo ok >"$work/probe" 2>/dev/null && grep -q ok "$work/probe" && return
        rm -rf "$work"
    done
    echo 'collect.sh: nowhere to write: /dev/shm, /run and /tmp take no file' >&2
    exit 1
}

# Whatever ends this, ends its sections too.
cleanup() {
    for section in $sections; do
        if [ -e "$work/$section.pid" ] && [ ! -e "$work/$section.done" ]; then
            read -r pid <"$work/$section.pid"
            kill "$pid" 2>/dev/null
        fi
    done
    rm -rf "$work"
}

collect() {
    hide=no patience=$((${PATIENCE:-4} / 4))
    while [ $# -gt 0 ]; do
        case $1 in
            --hide-addresses) hide=yes ;;
            --patience) shift; patience=${1:-none} ;;
            *) echo "collect.sh: $1 is no option; there are --hide-addresses and --patience N" >&2; exit 64 ;;
        esac
        [ $# = 0 ] || shift
    done
    case $patience in
        0) patience=1 ;;
        *[!0-9]* | '') echo 'collect.sh: --patience takes a whole number' >&2; exit 64 ;;
    esac
    slowness
    [ "$patience" -ge "$slow" ] || patience=$slow
    umask 077
    workplace
    # Not at its end: the shell that reads this file may have plans of its own for that.
    trap 'cleanup; exit 143' HUP INT TERM PIPE
    export work patience
    pause=1
    ! sleep 0.01 2>/dev/null || pause=0.05
    if command -v cksum >/dev/null; then checksum='cksum'; else checksum='sha256sum'; fi
    timeout=
    # What does not end when it is told to is killed, where timeout can do that.
    if timeout -k 1 1 true 2>/dev/null; then timeout='timeout -k 1'; elif timeout 1 true 2>/dev/null; then timeout=timeout; fi
    clock
    started=$now
    deadline=$((now + overall * patience * 100))
    echo "dockfault-evidence 2 $version"
    write_sections
    # See built_in: what starts the kernel's own parts, among a hundred thousand names.
    [ -r "/lib/modules/$(uname -r)/modules.builtin" ] || {
        symbols=$work/symbols
        grep '_init$' /proc/kallsyms >"$symbols" 2>/dev/null
        export symbols
    }
    start_sections
    ready=
    for each in $sections; do await "$each"; done
    flush
    echo '--- whole'
    cleanup
}

collect "$@"
