#!/bin/sh
# Installs the packages of a host's recipe (PACKAGES) on a public Debian that has internet; host.sh comes after it.
set -eu
export DEBIAN_FRONTEND=noninteractive

printf '%s\n' 'iptables-persistent iptables-persistent/autosave_v4 boolean false' \
    'iptables-persistent iptables-persistent/autosave_v6 boolean false' | debconf-set-selections
apt-get update
# shellcheck disable=SC2086 # a list of words
apt-get install -y --no-install-recommends $PACKAGES
# What the packages have started is asleep in the lab's own images.
systemctl stop firewalld.service netfilter-persistent.service nftables.service docker.service docker.socket
nft flush ruleset
