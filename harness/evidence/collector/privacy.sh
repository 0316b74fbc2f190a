# user:password@ in a URL, and what follows a word for a secret: in quotes, in quotes inside of quotes, bare. What else
# sed is to do follows.
redact() {
    key='"?[A-Za-z0-9_.-]*(password|passwd|secret|token|api[_-]?key|auth)'
    sed -E -e 's#(://)[^/@[:space:]"]+@#\1REDACTED@#g' \
        -e 's#('"$key"'"?[[:space:]]*[=:][[:space:]]*)("[^"]*")#\1"REDACTED"#gI' \
        -e 's#('"$key"'[[:space:]]*[=:][[:space:]]*)\\"[^"\\]*\\"#\1\\"REDACTED\\"#gI' \
        -e 's#('"$key"'[[:space:]]*[=:][[:space:]]*)[^[[:space:],"\\{}]+#\1REDACTED#gI' \
        -e 's#('"$key"'"[[:space:]]*:[[:space:]]*)(-?[0-9][0-9.e+]*)#\1"REDACTED"#gI' "$@"
}

# Puts stand-ins for public addresses: of IPv4 the first three numbers, of IPv6 both halves, of hardware all. What
# stands for what is kept in a file, so that it is the same in every section.
stand_ins() {
    awk -v known="$work/stand-ins" '
        BEGIN {
            while ((getline line < known) > 0) { split(line, f, " "); map[f[1] " " f[2]] = f[3]; count[f[1]]++ }
            close(known)
        }
        END { printf "" > known; for (key in map) print key, map[key] > known }
        function number(kind, original) {
            if (!((kind " " original) in map)) map[kind " " original] = count[kind]++
            return map[kind " " original]
        }
        function ipv4(text, p, n) {
            if (split(text, p, ".") != 4) return text
            for (n = 1; n <= 4; n++) if (p[n] !~ /^[0-9]+$/ || p[n] > 255) return text
            if (p[1] == 0 || p[1] == 10 || p[1] == 127 || p[1] >= 224 || (p[1] == 172 && p[2] >= 16 && p[2] <= 31) ||
                (p[1] == 192 && p[2] == 168) || (p[1] == 169 && p[2] == 254) || (p[1] == 100 && p[2] >= 64 && p[2] <= 127))
                return text
            # A half or a quarter of all addresses is nobody.
            if (p[2] == 0 && p[3] == 0 && p[4] == 0) return text
            n = number("4", p[1] "." p[2] "." p[3])
            return "198." (18 + int(n / 256) % 2) "." (n % 256) "." p[4]
        }
        function ipv6(text, halves, left, right, g, n, all, i, host) {
            n = split(text, halves, "::")
            if (n > 2 || (n == 1 && split(text, g, ":") != 8)) return text
            left = split(halves[1], g, ":")
            for (i = 1; i <= left; i++) all[i] = g[i]
            right = n == 2 ? split(halves[2], g, ":") : 0
            if (left + right > 8) return text
            for (i = left + 1; i <= 8 - right; i++) all[i] = "0"
            for (i = 1; i <= right; i++) all[8 - right + i] = g[i]
            for (i = 1; i <= 8; i++) { if (all[i] !~ /^[0-9a-fA-F]+$/ || length(all[i]) > 4) return text; sub(/^0+/, "", all[i]) }
            host = all[5] ":" all[6] ":" all[7] ":" all[8]
            if (all[1] ~ /^fe[89ab]/) {
                # Made of the hardware address.
                return host ~ /ff:fe/ ? sprintf("fe80::%x", number("h", host) + 4096) : text
            }
            if (all[1] !~ /^[23]...$/) return text
            n = number("6", all[1] ":" all[2] ":" all[3] ":" all[4])
            if (host == ":::") return sprintf("2001:db8:0:%x::", n)
            return sprintf("2001:db8:0:%x::%x", n, number("h", host) + 1)
        }
        function mac(text) {
            if (text ~ /^(00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|33:33:|01:00:5e:|01:80:c2:)/) return text
            text = number("m", text)
            return sprintf("02:00:00:00:%02x:%02x", int(text / 256), text % 256)
        }
        function stand_in(text, tail) {
            tail = ""
            # A dot or a colon at the end belongs to the sentence.
            while (text ~ /[.]$/ || text ~ /[^:]:$/) { tail = substr(text, length(text)) tail; text = substr(text, 1, length(text) - 1) }
            if (text ~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/) return ipv4(text) tail
            # An address and its port.
            if (text ~ /^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+:[0-9]+$/) return ipv4(substr(text, 1, index(text, ":") - 1)) substr(text, index(text, ":")) tail
            if (text ~ /^[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]$/) return mac(text) tail
            if (text ~ /^::ffff:[0-9.]+$/) return "::ffff:" ipv4(substr(text, 8)) tail
            if (text ~ /:.*:/) return ipv6(text) tail
            return text tail
        }
        {
            line = $0; out = ""
            while (match(line, /[0-9a-fA-F:][0-9a-fA-F:.]*[:.][0-9a-fA-F:.]*/)) {
                before = RSTART > 1 ? substr(line, RSTART - 1, 1) : ""; after = substr(line, RSTART + RLENGTH, 1)
                word = substr(line, RSTART, RLENGTH)
                # Letters around it make it a name, or a version.
                if (before ~ /[A-Za-z0-9_.]/ || after ~ /[A-Za-z0-9_]/) out = out substr(line, 1, RSTART + RLENGTH - 1)
                else out = out substr(line, 1, RSTART - 1) stand_in(word)
                line = substr(line, RSTART + RLENGTH)
            }
            out = out line
            if (sub(/\001$/, "", out)) printf "%s", out; else print out
        }'
}

# A listing may be one long line, which awk would copy again for each address in it.
hide_addresses() { sed "s/,/,$(printf '\001')\\n/g" | stand_ins; }
