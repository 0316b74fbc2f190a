import { hiddenMachines } from '../cause/hidden-machines.ts'
import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import type { Trouble } from './symptom.ts'
import { list } from './words.ts'

/** Machines beside the host that neither it nor its containers can send to: packets for them go to a Docker network. */
export const hiddenMachineTrouble = (facts: Facts): Trouble[] =>
  groupBy(hiddenMachines(facts), ({ network, device, overlaps }) => `${network.name} ${device} ${overlaps}`).map(
    (group) => {
      const { network, device, address, overlaps, by } = group[0]!
      const addresses = list(group.map((each) => each.address))
      const why = overlaps
        ? `because the Docker network ${network.name} (${network.subnet}) has these addresses`
        : `by the route ${by.dst}, which is not of Docker’s making`
      return {
        symptom: { kind: 'hidden', network: network.name, device, overlaps },
        group: {
          state: 'dead',
          kind: 'egress',
          what: `packets and answers to ${addresses} on ${device}`,
          flows: [],
          message: `they go to the bridge ${network.bridge}, ${why}`,
          behind: [],
          next: [
            `ip route get ${address}`,
            overlaps ? `docker network inspect ${network.name}` : `ip route show dev ${network.bridge}`,
          ],
        },
      }
    },
  )
