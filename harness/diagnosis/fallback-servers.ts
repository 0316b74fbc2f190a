import type { Facts } from '../evidence/facts.ts'
import { invocation } from '../lib/invocation.ts'
import type { Walk } from '../simulate/index.ts'
import type { SymptomGroup } from './symptom.ts'
import { describeFlows } from './words.ts'

/** Docker's built-in name servers, which it uses if nobody chose others. The host cannot show whether they answer. */
export function fallbackServers(
  walks: readonly Walk[],
  { resolver, sections }: Facts,
  isFallback: (server: string) => boolean,
): SymptomGroup[] {
  const all = walks.filter(({ flow }) => flow.kind === 'names' && isFallback(flow.address))
  // Queries that were seen to stay without an answer are a symptom of their own.
  const isSilent = all.some(({ drop }) => drop?.end === 'no-answer')
  const chosen = all.filter(({ end }) => end !== 'dies')
  if (isSilent || chosen.length === 0) return []
  const flows = chosen.map(({ flow }) => flow)
  const servers = [...new Set(flows.map(({ address }) => address))].join(', ')
  const missing = sections.resolver?.status === 'absent' ? sections.resolver.why : ''
  const why =
    missing ||
    (resolver.nameservers.length === 0
      ? `the host’s ${resolver.file} lists no name server`
      : 'the host’s own name server has a loopback address, which containers cannot use')
  return [
    {
      state: 'unclear',
      kind: 'names',
      what: describeFlows(flows),
      flows: flows.map(({ title }) => title),
      message: `dockerd falls back to ${servers}: ${why}. Whether ${servers} can be reached from this network cannot be seen on the host`,
      explainedBy: [],
      behind: [],
      next: [
        'cat /etc/resolv.conf',
        invocation('diagnose', '--trace', '8.8.8.8:53/udp'),
        'set "dns" in /etc/docker/daemon.json',
      ],
    },
  ]
}
