# limit: 5 s
file=/etc/resolv.conf
target=$(readlink $file) && echo "link $target"
[ -e $file ] || absent "$file ${target:+is a link to $target, which }does not exist"
sed 's/^/host /' $file || exit
stub=/run/systemd/resolve/resolv.conf
[ ! -r $stub ] || sed 's/^/upstream /' $stub
