#!/bin/sh
# The last script of a public host that is made in a container, before its first boot and after it: what only the making
# has written does not stay. May run twice.
set -eu

rm -rf /var/cache/dnf /var/cache/yum /var/cache/apt/*.bin /var/lib/apt/lists/* /var/log/*.log /var/log/journal/*
rm -f /etc/docker/key.json
# Empty, not missing: a first boot would wake whatever the distribution's presets enable, firewalld among them.
: >/etc/machine-id
