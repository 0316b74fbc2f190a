import { groupBy } from '../lib/group.ts'
import { familyOf } from '../lib/ip.ts'
import type { Simulation, Walk } from '../simulate/index.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import { ipFamily, packetOf } from '../simulate/packet.ts'
import type { RuleStep } from '../simulate/rules/index.ts'
import { list } from './words.ts'

/**
 * Published ports that Docker opens to the outside although the host's own firewall would not let them in. Docker
 * translates such packets before the kernel routes them, so INPUT never sees them. Often nobody wanted that, but only the
 * administrator knows: these ports are reported and are no symptom. One sentence for each rule of the firewall.
 */
export function exposedPorts(simulation: Simulation): string[] {
  const exposed = simulation.walks.flatMap((walk) => {
    const by = closedBy(walk, simulation)
    return by ? [{ flow: walk.flow, by }] : []
  })
  return groupBy(exposed, ({ by }) => `${by.table} ${by.chain} ${by.rule}`).map((group) => {
    const ports = [...new Set(group.map(({ flow }) => `${flow.port}/${flow.protocol} (${flow.container})`))].sort()
    const { by } = group[0]!
    const { who } = ownerOfStep(by, simulation.net.facts)
    const whose = who === 'unknown' ? '' : ` (${who === 'admin' ? 'the administrator’s' : who})`
    return `${list(ports, 6)}: “${by.rule}” in ${by.table} ${by.chain}${whose} would close this, but Docker’s rules come first. To close it, publish at 127.0.0.1.`
  })
}

/** The rule by which the host itself would not take a packet for this port; undefined where it would, or may. */
function closedBy(walk: Walk, { net }: Simulation): RuleStep | undefined {
  const { kind, from, source, address, port, protocol } = walk.flow
  // The paths of other flows may not be simulated yet.
  if (kind !== 'published' || from.at !== 'outside' || walk.end !== 'passes') return undefined
  // By Docker's proxy a packet does pass INPUT.
  if (!walk.path.some(({ way, location }) => way === 'out' && location === 'forward')) return undefined
  const fields = { source, destination: address, destinationPort: port, input: from.device }
  const packet = packetOf({ ...fields, protocol, family: familyOf(address) ?? 4 })
  const worlds = net.firewall.pass(ipFamily(packet), 'input', packet, from.device)
  const rules = worlds.map(({ dead, terminating }) => (dead ? terminating[0] : undefined))
  return rules.every((rule) => rule !== undefined) ? rules[0] : undefined
}
