import type { Remedy, Temptation } from '../../cause/cause.ts'
import { daemonSetting, dropStore, restartDocker, useOwnBridge } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'

export const remedies: Readonly<Record<string, Remedy>> = {
  'default-bridge-of-its-own': {
    title: 'Give Docker another default bridge, in another subnet',
    steps: () => [...useOwnBridge, restartDocker],
    cost: 'the default bridge is docker1, 172.29.0.0/16, from now on; the old record keeps docker0 and its subnet',
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'drop-network-store': {
    title: 'Move Docker’s network store aside',
    steps: () => [...dropStore, restartDocker],
    cost: 'Docker forgets all user networks: you have to create them and their containers again',
    why: 'dockerd starts, but all user networks are gone, and with them the ports that their containers published.',
  },
  'no-default-bridge': {
    title: 'Run Docker without a default bridge',
    steps: () => [daemonSetting('bridge', '"none"'), restartDocker],
    cost: 'containers without a network of their own choice have none',
    why: 'User networks work again, but the default network does not. The old record is still in the way when you want it back.',
  },
  'another-bip': {
    title: 'Give docker0 another address (bip)',
    steps: () => [daemonSetting('bip', '"172.29.0.1/16"'), restartDocker],
    cost: 'docker restarted',
    why: 'The new network is still called docker0, and so is the old record: their names conflict.',
  },
  'delete-docker0': {
    title: 'Delete the link docker0',
    steps: () => ['ip link delete docker0', restartDocker],
    cost: 'docker restarted',
    why: 'The old record is in a file, and dockerd creates the link for it again.',
  },
  'restart-docker': restarting({
    why: 'Each start reads the same record.',
  }),
}
