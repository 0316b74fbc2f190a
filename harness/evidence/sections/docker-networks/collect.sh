# limit: 6 s, after docker-server
networks=$(docker network ls -q --no-trunc) || exit
# shellcheck disable=SC2086
docker network inspect -f '{"Name":{{json .Name}},"Id":{{json .Id}},"Driver":{{json .Driver}},"Scope":{{json .Scope}},"Internal":{{json .Internal}},"EnableIPv6":{{json .EnableIPv6}},"Options":{{json .Options}},"IPAM":{{json .IPAM}}}' $networks
