# limit: 8 s
# Whether dockerd answers. It is not asked where none runs: systemd would start it.
needs docker
[ -n "$(dockerd_pids)" ] || absent 'no dockerd runs'
docker version -f '{{.Server.Version}}'
