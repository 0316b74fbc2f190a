# limit: 8 s
needs journalctl
journalctl -u docker.service -u snap.docker.dockerd.service -b -o cat --no-pager -n 80 -q
