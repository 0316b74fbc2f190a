import { type StaleConnection, staleConnections } from '../cause/stale-connections.ts'
import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import type { Trouble } from './symptom.ts'
import { list } from './words.ts'

/** Clients of published UDP ports that the kernel sends to nobody, by connections that it has kept from before. */
export const staleConnectionTrouble = (facts: Facts): Trouble[] =>
  groupBy(staleConnections(facts), ({ port, inUse }) => `${port} ${inUse}`).map((group) => {
    const { port, inUse, answeredBy, address, destination } = group[0]!
    const symptom = { kind: 'stale', port } as const
    return {
      ...(inUse && { symptom }),
      group: {
        state: inUse ? 'dead' : 'unclear',
        kind: 'published',
        what: `UDP to the published port ${port} from ${clientsOf(group)}`,
        flows: [],
        message: `the kernel still sends it to ${answeredBy}, as it did when the connection was new. Rules send new ones to ${address}${inUse ? '' : '; it forgets this within minutes, unless the client goes on sending'}`,
        behind: [],
        next: [`conntrack -L -p udp --orig-dst ${destination} --orig-port-dst ${port}`],
      },
    }
  })

/** The senders of connections, for people. */
const clientsOf = (group: readonly StaleConnection[]): string =>
  list(group.map(({ source, sourcePort }) => `${source} (port ${sourcePort})`))
