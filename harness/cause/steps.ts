/** Restarts docker. systemd refuses a unit that started too often (StartLimitBurst), so this resets the count first. */
export const restartDocker = 'systemctl reset-failed docker.service; systemctl restart docker.service'

/** Stops containers that would outlive dockerd, or prevent it from creating its default bridge again. */
export const stopContainers = 'docker ps -q | xargs -r docker stop -t 2'

/** Restarts every running container. */
export const restartContainers = 'docker ps -q | xargs -r docker restart -t 2'

export const daemonJson = '/etc/docker/daemon.json'

/** Sets a key of daemon.json to a value in JSON and keeps the other keys. The next start of dockerd reads it. */
export const daemonSetting = (key: string, value: string): string => `mkdir -p /etc/docker
[ -s ${daemonJson} ] || echo '{}' >${daemonJson}
sed -i -zE -e 's/"${key}"[[:space:]]*:[[:space:]]*("[^"]*"|\\[[^]]*\\]|[[:alnum:].]+)[[:space:]]*,?[[:space:]]*//' \\
  -e 's|^[[:space:]]*\\{|{ "${key}": ${value},|' -e 's|,[[:space:]]*\\}| }|' ${daemonJson}`

// Docker creates no default bridge except docker0: another one has to exist before dockerd starts.
const ownBridge = `mkdir -p /etc/systemd/system/docker.service.d
cat >/etc/systemd/system/docker.service.d/default-bridge.conf <<'UNIT'
[Service]
ExecStartPre=-/usr/sbin/ip link add docker1 type bridge
ExecStartPre=/usr/sbin/ip address replace 172.29.0.1/16 dev docker1
ExecStartPre=/usr/sbin/ip link set docker1 up
UNIT
systemctl daemon-reload`

/** Gives Docker another default bridge in another subnet, from its next start on. */
export const useOwnBridge: readonly string[] = [ownBridge, daemonSetting('bridge', '"docker1"')]

/** Stops docker and moves its network store aside: all network records, the orphaned one included. */
export const dropStore: readonly string[] = [
  'systemctl stop docker.socket docker.service',
  'mv /var/lib/docker/network/files/local-kv.db /var/lib/docker/network/files/local-kv.db.orphaned',
]

const masquerade = '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'

/** Adds dockerd's own rule for the default bridge by hand, as people copy it, unless it is there. */
export const masqueradeByHand = `iptables -t nat -C POSTROUTING ${masquerade} 2>/dev/null || iptables -t nat -A POSTROUTING ${masquerade}`

/** Removes `--NAME=false` and `"NAME": false` wherever dockerd may read them, with the comma in the file. */
export const removeSetting = (name: string, file = daemonJson): readonly string[] => [
  `[ ! -e ${file} ] || sed -i -zE 's/"${name}"\\s*:\\s*false\\s*,?\\s*//g; s/,\\s*\\}/}/g' ${file}`,
  `grep -rlE -- '--${name}=(false|f|F|False|FALSE|0)' /etc/systemd/system/docker.service.d /etc/default/docker 2>/dev/null | xargs -r sed -i -E 's/ *--${name}=(false|f|F|False|FALSE|0)//g'; systemctl daemon-reload`,
]
