#!/bin/sh
# dockfault: what a host says of its Docker network, on standard output. Read-only: it loads no module, changes no
# rule, counter or setting, and starts no container. POSIX sh; root sees more.
#
#   sh collect.sh >host.bundle
#
# Credentials in what it quotes are left out. With --hide-addresses public addresses and hardware addresses are
# replaced by ones of documentation ranges, the same one each time; private ones stay, for diagnosis needs them.
# On a slow or busy host everything may take longer; with --patience N at least N times as long.
#
# A bundle has a section for each thing that is looked at: `--- begin NAME`, what was printed (indented by a space, by
# `!` where it came on standard error), and `--- end NAME STATUS CODE MS CHECKSUM`. Its last line is `--- whole`.
LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH
