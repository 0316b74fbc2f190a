import type { Flow } from '../simulate/index.ts'

/** Flows in a few words: from whom, to whom, and which kinds. */
export function describeFlows(flows: readonly Flow[]): string {
  const kinds = [...new Set(flows.map(({ kind }) => kind))]
  return kinds
    .map((kind) =>
      one(
        kind,
        flows.filter((flow) => flow.kind === kind),
      ),
    )
    .join('; ')
}

function one(kind: Flow['kind'], flows: readonly Flow[]): string {
  const networks = list(flows.map(({ network }) => network))
  switch (kind) {
    case 'egress': {
      const how = list(flows.map(({ title }) => title.split(', ').at(-1)!))
      return `containers of ${networks} to the outside (${how})`
    }
    case 'names':
      return `name lookups by containers of ${networks}${serversOf(flows)}`
    case 'published':
      return `published ports ${list(flows.map(({ port, protocol }) => `${port}/${protocol}`))} (${list(flows.map(({ title }) => title.split(', ').at(-1)!))})`
    case 'peer':
      return flows[0]?.ought === 'die'
        ? `isolation between containers of ${networks}`
        : `containers of ${networks} to each other`
    case 'isolation':
      return flows.length > 3
        ? `isolation between ${networks}`
        : `isolation: ${list(flows.map(({ title }) => title.split(':')[0]!))}`
    case 'host-service':
      return `containers of ${networks} to services on the host`
    case 'forwarded':
      return list(flows.map(({ title }) => title))
  }
}

/** A query that stays in its container has no server. */
function serversOf(flows: readonly Flow[]): string {
  const servers = flows.flatMap(({ address }) => address || [])
  return servers.length > 0 ? ` (server ${list(servers)})` : ''
}

/** Joins distinct words, the first few of many. */
export function list(words: readonly string[], most = 5): string {
  const distinct = [...new Set(words)]
  const shown = distinct.slice(0, most).join(', ')
  return distinct.length > most ? `${shown} and ${distinct.length - most} more` : shown
}
