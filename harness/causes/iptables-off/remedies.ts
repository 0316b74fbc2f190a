import type { Remedy, Temptation } from '../../cause/cause.ts'
import { masqueradeByHand, removeSetting, restartDocker, stopContainers } from '../../cause/steps.ts'

export const remedies: Readonly<Record<string, Remedy>> = {
  'remove-setting': {
    title: 'Remove the setting, stop the containers, restart docker',
    steps: ({ docker }) => [
      ...removeSetting('iptables', docker.configFile || undefined),
      stopContainers,
      restartDocker,
    ],
    cost: 'containers stopped; those without a restart policy have to be started by hand',
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'restart-docker': {
    title: 'Restart docker',
    steps: () => [restartDocker],
    cost: 'containers restarted',
    why: 'A new dockerd reads the same setting.',
  },
  'hand-made-masquerade': {
    title: 'Add the MASQUERADE rule by hand',
    steps: () => [masqueradeByHand],
    cost: 'a rule that nobody owns',
    why: 'It is one network’s: the others stay cut off, and nothing keeps networks apart.',
  },
}
