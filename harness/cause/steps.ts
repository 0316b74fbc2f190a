/** A step of many fixes. systemd refuses a unit that was started too often (StartLimitBurst): it forgets that first. */
export const restartDocker = 'systemctl reset-failed docker.service; systemctl restart docker.service'

/** Ends containers that would outlive their dockerd, or keep it from making its default bridge anew. */
export const stopContainers = 'docker ps -q | xargs -r docker stop -t 2'

/** Where Docker's settings stand. */
export const daemonJson = '/etc/docker/daemon.json'

/** Gives a key of daemon.json this value, in JSON, whatever else stands there; the next start of Docker reads it. */
export const daemonSetting = (key: string, value: string): string => `mkdir -p /etc/docker
[ -s ${daemonJson} ] || echo '{}' >${daemonJson}
sed -i -zE -e 's/"${key}"[[:space:]]*:[[:space:]]*("[^"]*"|\\[[^]]*\\]|[[:alnum:].]+)[[:space:]]*,?[[:space:]]*//' \\
  -e 's|^[[:space:]]*\\{|{ "${key}": ${value},|' -e 's|,[[:space:]]*\\}| }|' ${daemonJson}`

// Docker makes no default bridge but docker0: another has to be there before it.
const ownBridge = `mkdir -p /etc/systemd/system/docker.service.d
cat >/etc/systemd/system/docker.service.d/default-bridge.conf <<'UNIT'
[Service]
ExecStartPre=-/usr/sbin/ip link add docker1 type bridge
ExecStartPre=/usr/sbin/ip address replace 172.29.0.1/16 dev docker1
ExecStartPre=/usr/sbin/ip link set docker1 up
UNIT
systemctl daemon-reload`

/** Makes Docker start with another default bridge, in another subnet, from its next start on. */
export const useOwnBridge: readonly string[] = [ownBridge, daemonSetting('bridge', '"docker1"')]

/** Stops docker and puts its store of networks aside: all that it knows of them, an orphaned one among it. */
export const dropStore: readonly string[] = [
  'systemctl stop docker.socket docker.service',
  'mv /var/lib/docker/network/files/local-kv.db /var/lib/docker/network/files/local-kv.db.orphaned',
]

const masquerade = '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'

/** Adds by hand the rule that dockerd makes for its default bridge, as people copy it, where it is not there. */
export const masqueradeByHand = `iptables -t nat -C POSTROUTING ${masquerade} 2>/dev/null || iptables -t nat -A POSTROUTING ${masquerade}`

/** Takes `--NAME=false` and `"NAME": false` away, wherever dockerd may read it, the comma of the file with it. */
export const removeSetting = (name: string, file = daemonJson): readonly string[] => [
  `[ ! -e ${file} ] || sed -i -zE 's/"${name}"\\s*:\\s*false\\s*,?\\s*//g; s/,\\s*\\}/}/g' ${file}`,
  `grep -rlE -- '--${name}=(false|f|F|False|FALSE|0)' /etc/systemd/system/docker.service.d /etc/default/docker 2>/dev/null | xargs -r sed -i -E 's/ *--${name}=(false|f|F|False|FALSE|0)//g'; systemctl daemon-reload`,
]
