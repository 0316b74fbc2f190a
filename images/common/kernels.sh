#!/bin/sh
# Installs the suite's oldest kernel, and makes the image's only package source out of it and the newest one, so that
# a kernel upgrade, purge and reinstall are real on a machine with no network. Runs inside the new root.
set -eu
export DEBIAN_FRONTEND=noninteractive

# The newest is what the meta package asks for today; the oldest is of the same line (6.1, 6.12), as a host that was
# installed when the line began and has not rebooted since.
flavour=${DOCKFAULT_KERNEL#linux-image-}
# An image and the packages made with it: the newest kernels of Debian have their modules in one of their own.
whole() {
    echo "$1"
    apt-cache $elsewhere depends "$1" | sed -n "s/^ *Depends: \(linux-[a-z]*-${1#linux-image-}\)\$/\1/p"
}
newest() {
    apt-cache $elsewhere depends "$DOCKFAULT_KERNEL" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1
}
elsewhere=
new=$(newest)
[ -n "$new" ] || { echo "no kernel behind $DOCKFAULT_KERNEL in this suite" >&2; exit 1; }
line=$(echo "${new#linux-image-}" | cut -d. -f1,2)
old=$(apt-cache search --names-only "^linux-image-$line\\.[^ ]*-$flavour\$" | cut -d' ' -f1 | sort -V | head -n 1)
first=$(whole "$old")

# A suite under development holds one kernel; the next is in the suite it is fed from. Nothing else is taken from there.
if [ "$old" = "$new" ] && [ -n "$DOCKFAULT_KERNEL_FROM" ]; then
    mkdir -p /tmp/elsewhere/lists/partial
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -n "s/^\(deb .*\) [a-z]* main\$/\1 $DOCKFAULT_KERNEL_FROM main/p" | head -n 1 >/tmp/elsewhere/sources.list
    elsewhere='-o Dir::Etc::SourceList=/tmp/elsewhere/sources.list -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State::Lists=/tmp/elsewhere/lists'
    apt-get $elsewhere update
    new=$(newest)
fi

# Before the kernel, as its installation makes the first initramfs. This one is made in seconds inside an emulated
# machine, where the usual one takes half a minute of every upgrade: it holds a disk driver and nothing else.
mkdir -p /etc/tiny-initramfs
printf '%s\n' MICROCODE=no AUTO_MODULES=no INCLUDE_MODULES=virtio_pci,virtio_blk >/etc/tiny-initramfs/tiny-initramfs.conf
# The links the boot loader follows to the newest kernel.
printf '%s\n' 'do_symlinks = yes' 'image_dest = /' 'link_in_boot = no' >/etc/kernel-img.conf

repository=/var/lib/dockfault/apt
mkdir -p $repository
cd $repository
apt-get download $first
apt-get install -y --no-install-recommends ./*.deb
[ "$old" = "$new" ] || apt-get $elsewhere download $(whole "$new")
rm -rf /tmp/elsewhere
# The same packages in a packing that a slow machine undoes four times faster. The dpkg of Debian 11 knows no zstd.
packing='-Zzstd -z3'
dpkg-deb --help | grep -q zstd || packing='-Zgzip -z1'
repack() {
    dpkg-deb --raw-extract "$1" "/tmp/repack-$1"
    dpkg-deb $packing --build "/tmp/repack-$1" "$1" >/dev/null
    rm -rf "/tmp/repack-$1"
}
repacking=
for deb in *.deb; do
    repack "$deb" &
    repacking="$repacking $!"
done
for each in $repacking; do wait "$each"; done
for deb in *.deb; do
    dpkg-deb --field "$deb"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$deb" "$(stat -c %s "$deb")" "$(sha256sum "$deb" | cut -d' ' -f1)"
done >Packages
echo "deb [trusted=yes] file:$repository ./" >/etc/apt/sources.list.d/dockfault.list

mkdir -p /etc/dockfault
printf 'old=%s\nnew=%s\n' "${old#linux-image-}" "${new#linux-image-}" >/etc/dockfault/kernels
