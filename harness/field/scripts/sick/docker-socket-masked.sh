# docker.socket is masked, so docker.service does not start again.
systemctl mask --now docker.socket; systemctl restart docker; systemctl --no-pager status docker docker.socket; true
