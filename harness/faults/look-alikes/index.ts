import type { Fault } from '../fault.ts'
import { restartDocker } from '../remedies.ts'
import { inject, type Params, params } from './inject.ts'

/** No cause of its own: what must not be taken for one of the others. */
export const lookAlike: Fault<Params> = {
  kind: 'look-alike',
  params,
  inject,
  detectors: {},
  fixes: {
    'remove-the-drop': {
      title: 'Delete the rule that drops',
      steps: ['iptables -D FORWARD -j DROP'],
      cost: 'nothing',
    },
    'restart-docker': {
      title: 'Restart docker',
      steps: [restartDocker],
      cost: 'containers restarted',
    },
  },
}
