# The program of a published port hangs without taking connections, and its queue is full.
inn() { local c=$1; shift; nsenter -t $(docker inspect -f "{{.State.Pid}}" $c) -n "$@"; }
docker rm -f probe-default >/dev/null
docker run -d --init --name probe-default --restart always -p 8080:80 dockfault/busybox:1 sleep 99999
cat >/root/hang.pl <<'X'
use Socket; socket(S,PF_INET,SOCK_STREAM,0); setsockopt(S,SOL_SOCKET,SO_REUSEADDR,1); bind(S,sockaddr_in(80,INADDR_ANY)) or die; listen(S,1); sleep 99999;
X
setsid nsenter -t $(docker inspect -f '{{.State.Pid}}' probe-default) -n perl /root/hang.pl >/dev/null 2>&1 </dev/null &
sleep 1
for i in 1 2 3 4; do setsid socat -u TCP4:172.17.0.2:80,connect-timeout=2 - >/dev/null 2>&1 </dev/null & done; sleep 3; inn probe-default ss -lnt
