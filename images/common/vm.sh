#!/bin/sh
# Makes a Docker host bootable as a virtual machine. The boot loader's own blocks are written by first-boot.sh, from
# inside the guest: that needs no root on the building machine. Runs inside the new root.
set -eu

# `rw` and no check: the disk is thrown away after each run.
echo '/dev/vda1 / ext4 rw,noatime 0 0' >/etc/fstab
# An emulated TSC never goes back, not even to a kept state (QEMU, cpu_get_ticks): to a guest that kept time by it, all
# the minutes since would go by at once.
cmdline='root=/dev/vda1 rootfstype=ext4 rw console=ttyS0 quiet fsck.mode=skip tsc=unstable'
# What costs an emulated processor time and changes no packet's way. The kernel waits for its readers at every change of a
# network or a ruleset: expedited, it asks them. AppArmor compiles a profile for each program that has one, for six seconds.
cmdline="$cmdline mitigations=off cryptomgr.notests nowatchdog rcupdate.rcu_expedited=1 apparmor=0"
mkdir -p /boot/extlinux /etc/dockfault
echo "$cmdline" >/etc/dockfault/cmdline
# Debian's links at the root always name the newest kernel installed, so a reboot after an upgrade takes it.
cat >/boot/extlinux/extlinux.conf <<CONF
SERIAL 0 115200
DEFAULT linux
PROMPT 0
LABEL linux
  LINUX /vmlinuz
  INITRD /initrd.img
  APPEND $cmdline
CONF

# What a machine without graphics, crash store or removable disks has no use for: each is a slow modprobe at boot.
systemctl mask modprobe@dm_mod.service modprobe@drm.service modprobe@efi_pstore.service modprobe@loop.service \
    systemd-pstore.service sys-kernel-debug.mount >/dev/null 2>&1

# What a lab's host has no use for either: each costs a boot half a second or more.
systemctl mask user@.service modprobe@configfs.service modprobe@fuse.service sys-kernel-config.mount \
    sys-fs-fuse-connections.mount systemd-binfmt.service proc-sys-fs-binfmt_misc.automount dev-hugepages.mount \
    >/dev/null 2>&1

# The serial port is the console's record; people come in by the virtio console.
systemctl mask serial-getty@ttyS0.service getty@tty1.service >/dev/null 2>&1
mkdir -p /etc/systemd/system/serial-getty@hvc0.service.d
cat >/etc/systemd/system/serial-getty@hvc0.service.d/autologin.conf <<'CONF'
[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin root --noissue --keep-baud 115200 - $TERM
CONF
# By name: systemd looks for consoles before the driver of this one is there.
systemctl enable serial-getty@hvc0.service
