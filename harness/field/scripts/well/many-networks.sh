# Twenty networks more, and address pools that have room for them.
for number in $(seq 20); do docker network create "more-$number" >/dev/null; done
