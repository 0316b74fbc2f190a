import { restartDocker } from '../../cause/steps.ts'
import type { Fault } from '../fault.ts'
import { inject, type Params, params } from './inject.ts'

/** A host that fails like another fault, for a reason that no cause names. */
const lookalike: Fault<Params> = {
  params,
  inject,
  experiments: {
    'remove-the-drop': {
      title: 'Delete the dropping rule',
      steps: () => ['iptables -D FORWARD -j DROP'],
      cost: 'nothing',
    },
    'restart-docker': { title: 'Restart docker', steps: () => [restartDocker], cost: 'containers restarted' },
  },
}
export default lookalike
