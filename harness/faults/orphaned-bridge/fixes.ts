import type { Fix } from '../fault.ts'
import { daemonSetting, restartDocker } from '../remedies.ts'

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

/** Stops docker and puts its store of networks aside: all that it knows of them, the orphan among it. */
export const dropStore: readonly string[] = [
  'systemctl stop docker.socket docker.service',
  'mv /var/lib/docker/network/files/local-kv.db /var/lib/docker/network/files/local-kv.db.orphaned',
]

/** What lets dockerd start beside the orphan or without it, and what people try first. */
export const fixes: Readonly<Record<string, Fix>> = {
  'default-bridge-of-its-own': {
    title: 'Give Docker another default bridge, in another subnet',
    steps: [...useOwnBridge, restartDocker],
    cost: 'the default bridge is docker1, 172.29.0.0/16, for good; the orphan keeps docker0 and its subnet',
  },
  'drop-network-store': {
    title: 'Put Docker’s store of networks aside',
    steps: [...dropStore, restartDocker],
    cost: 'Docker forgets the networks that users made: they and their containers are to be made again',
  },
  'no-default-bridge': {
    title: 'Run Docker without a default bridge',
    steps: [daemonSetting('bridge', '"none"'), restartDocker],
    cost: 'containers that name no network have none',
    fails: 'User networks work again; the default one does not, and the orphan is still there when it is asked for.',
  },
  'another-bip': {
    title: 'Give docker0 another address (bip)',
    steps: [daemonSetting('bip', '"172.29.0.1/16"'), restartDocker],
    cost: 'docker restarted',
    fails: 'The new network is docker0 still, and so is the orphan: they conflict by name.',
  },
  'delete-docker0': {
    title: 'Delete the link docker0',
    steps: ['ip link delete docker0', restartDocker],
    cost: 'docker restarted',
    fails: 'The orphan is a record in a file; dockerd makes the link anew for it.',
  },
  'restart-docker': {
    title: 'Restart docker',
    steps: [restartDocker],
    cost: 'docker restarted',
    fails: 'Each start reads the same record.',
  },
}
