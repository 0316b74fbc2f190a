import type { Temptation } from './cause.ts'
import { restartDocker } from './steps.ts'

type Reason = Pick<Temptation, 'why' | 'when'>

/** Restarting docker, for causes that it does not cure. */
export const restarting = (reason: Reason): Temptation => ({
  title: 'Restart docker',
  steps: () => [restartDocker],
  cost: 'containers restarted',
  ...reason,
})

/** Setting FORWARD's policy to ACCEPT, for causes that it does not cure. */
export const acceptingForward = (reason: Reason): Temptation => ({
  title: 'Set the policy of FORWARD to ACCEPT',
  steps: () => ['iptables -P FORWARD ACCEPT'],
  cost: 'the host forwards for anyone, and isolates nothing',
  ...reason,
})
