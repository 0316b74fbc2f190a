#!/bin/sh
# Gives a public host the probe image and the busybox that the outside's servers run on. Debian has a static busybox as
# a package; elsewhere it comes out of busybox's own image.
set -eu

systemctl start docker.service
# So that `vagrant ssh HOST -c 'docker info'` works.
usermod -aG docker vagrant 2>/dev/null || true
if [ ! -x /bin/busybox ]; then
    docker create --name dockfault-busybox docker.io/library/busybox:musl
    docker cp dockfault-busybox:/bin/busybox /usr/bin/busybox
    docker rm dockfault-busybox
fi
root=$(mktemp -d)
mkdir -p "$root/bin" "$root/etc" "$root/dev" "$root/proc" "$root/sys" "$root/root" "$root/var"
mkdir -m 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
busybox --list | while read -r applet; do [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"; done
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
tar -C "$root" -c . | docker import --change 'CMD ["sh"]' --change 'ENV PATH=/bin' - dockfault/busybox:1
rm -rf "$root"
mkdir -p /var/lib/dockfault
docker save -o /var/lib/dockfault/busybox.tar dockfault/busybox:1
