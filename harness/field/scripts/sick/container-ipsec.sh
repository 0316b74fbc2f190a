# An IPsec policy inside a container wants what has no key.
pid=$(docker inspect -f '{{.State.Pid}}' probe-default)
nsenter -t $pid -n ip xfrm policy add src 0.0.0.0/0 dst 203.0.113.0/24 dir out action block
