import { hiddenMachines } from '../cause/hidden-machines.ts'
import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import type { Trouble } from './symptom.ts'
import { list } from './words.ts'

/** Machines beside the host that neither it nor its containers can send to, because a Docker network has their addresses. */
export const hiddenMachineTrouble = (facts: Facts): Trouble[] =>
  groupBy(hiddenMachines(facts), ({ network, device }) => `${network.name} ${device}`).map((group) => {
    const { network, device, address } = group[0]!
    const addresses = list(group.map((each) => each.address))
    return {
      symptom: { kind: 'hidden', network: network.name, device },
      group: {
        state: 'dead',
        kind: 'egress',
        what: `packets and answers to ${addresses} on ${device}`,
        flows: [],
        message: `they go to the bridge ${network.bridge}, because the Docker network ${network.name} (${network.subnet}) has these addresses`,
        behind: [],
        next: [`ip route get ${address}`, `docker network inspect ${network.name}`],
      },
    }
  })
