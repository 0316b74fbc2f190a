import type { Remedy, Temptation } from '../../cause/cause.ts'
import { masqueradeByHand, removeSetting, restartDocker, stopContainers } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'

export const remedies: Readonly<Record<string, Remedy>> = {
  'remove-setting': {
    title: 'Remove the setting, stop the containers, restart docker',
    steps: ({ docker }) => [
      ...removeSetting('iptables', docker.configFile || undefined),
      stopContainers,
      restartDocker,
    ],
    cost: 'containers stop; you have to start those without a restart policy yourself',
    restartsDocker: true,
  },
}

/** What people try first. */
export const temptations: Readonly<Record<string, Temptation>> = {
  'restart-docker': restarting({
    why: 'dockerd reads the same setting again.',
  }),
  'hand-made-masquerade': {
    title: 'Add the MASQUERADE rule by hand',
    steps: () => [masqueradeByHand],
    cost: 'a rule that no program maintains',
    why: 'It helps one network. The others stay cut off, and nothing isolates the networks.',
  },
}
