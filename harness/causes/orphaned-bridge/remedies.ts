import type { Remedy, Temptation } from '../../cause/cause.ts'
import { daemonSetting, dropStore, restartDocker, useOwnBridge } from '../../cause/steps.ts'

/** What lets dockerd start beside the orphan. */
export const remedies: Readonly<Record<string, Remedy>> = {
  'default-bridge-of-its-own': {
    title: 'Give Docker another default bridge, in another subnet',
    steps: () => [...useOwnBridge, restartDocker],
    cost: 'the default bridge is docker1, 172.29.0.0/16, for good; the orphan keeps docker0 and its subnet',
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'drop-network-store': {
    title: 'Put Docker’s store of networks aside',
    steps: () => [...dropStore, restartDocker],
    cost: 'Docker forgets the networks that users made: they and their containers are to be made again',
    why: 'dockerd starts, and all networks that users made are gone from it, with what their containers published.',
  },
  'no-default-bridge': {
    title: 'Run Docker without a default bridge',
    steps: () => [daemonSetting('bridge', '"none"'), restartDocker],
    cost: 'containers that name no network have none',
    why: 'User networks work again; the default one does not, and the orphan is still there when it is asked for.',
  },
  'another-bip': {
    title: 'Give docker0 another address (bip)',
    steps: () => [daemonSetting('bip', '"172.29.0.1/16"'), restartDocker],
    cost: 'docker restarted',
    why: 'The new network is docker0 still, and so is the orphan: they conflict by name.',
  },
  'delete-docker0': {
    title: 'Delete the link docker0',
    steps: () => ['ip link delete docker0', restartDocker],
    cost: 'docker restarted',
    why: 'The orphan is a record in a file; dockerd makes the link anew for it.',
  },
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'docker restarted',
    why: 'Each start reads the same record.',
  },
}
