import { restartDocker } from '../../cause/steps.ts'
import type { Fault } from '../fault.ts'
import { inject, type Params, params } from './inject.ts'

/** No cause of its own: what is not to be taken for one of the others. */
const lookAlike: Fault<Params> = {
  kind: 'look-alike',
  params,
  inject,
  experiments: {
    'remove-the-drop': {
      title: 'Delete the rule that drops',
      steps: () => ['iptables -D FORWARD -j DROP'],
      cost: 'nothing',
    },
    'restart-docker': { title: 'Restart docker', steps: () => [restartDocker], cost: 'containers restarted' },
  },
}
export default lookAlike
