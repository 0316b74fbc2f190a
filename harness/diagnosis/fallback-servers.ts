import type { Facts } from '../evidence/facts.ts'
import type { Walk } from '../simulate/index.ts'
import type { SymptomGroup } from './symptom.ts'
import { describeFlows } from './words.ts'

/** Name servers that nobody on this host chose: whether they answer here is not the host's to know. */
export function fallbackServers(
  walks: readonly Walk[],
  { resolver, sections }: Facts,
  isFallback: (server: string) => boolean,
): SymptomGroup[] {
  const chosen = walks.filter(({ flow, end }) => flow.kind === 'names' && end !== 'dies' && isFallback(flow.address))
  if (chosen.length === 0) return []
  const flows = chosen.map(({ flow }) => flow)
  const servers = [...new Set(flows.map(({ address }) => address))].join(', ')
  const missing = sections.resolver?.status === 'absent' ? sections.resolver.why : ''
  const why =
    missing ||
    (resolver.nameservers.length === 0
      ? `${resolver.file} of the host names no server`
      : 'the host’s own name server is a loopback address, of no use in a container')
  return [
    {
      state: 'unclear',
      kind: 'names',
      what: describeFlows(flows),
      flows: flows.map(({ title }) => title),
      message: `dockerd gives them ${servers}, which nobody here chose: ${why}. Whether ${servers} may be reached from this network cannot be seen on the host`,
      explainedBy: [],
      behind: [],
      next: [
        'cat /etc/resolv.conf',
        'dockfault diagnose --trace 8.8.8.8:53/udp',
        'set "dns" in /etc/docker/daemon.json',
      ],
    },
  ]
}
