import type { Facts } from '../evidence/facts.ts'
import type { Flow } from '../simulate/index.ts'
import type { Temptation } from './cause.ts'
import { restartContainers, restartDocker } from './steps.ts'

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

/** Restarting the containers, for causes that it does not cure. */
export const restartingContainers = (reason: Reason): Temptation => ({
  title: 'Restart the containers',
  steps: () => [restartContainers],
  cost: 'containers restarted',
  ...reason,
})

/** Accepting everything in DOCKER-USER, for causes that it does not cure. */
export const acceptingInDockerUser = (reason: Reason): Temptation => ({
  title: 'Accept everything in DOCKER-USER',
  steps: () => ['iptables -C DOCKER-USER -j ACCEPT 2>/dev/null || iptables -I DOCKER-USER -j ACCEPT'],
  cost: 'networks are no longer isolated from each other',
  ...reason,
})

/** Letting published ports in by INPUT, for causes that it does not cure. */
export const acceptingPorts = (portsOf: (facts: Facts) => readonly Flow[], reason: Reason): Temptation => ({
  title: 'Let the port in by a rule of the firewall',
  steps: (facts) =>
    portsOf(facts).map(({ port, protocol }) => `iptables -I INPUT -p ${protocol} --dport ${port} -j ACCEPT`),
  cost: 'a rule that nothing removes',
  ...reason,
})
