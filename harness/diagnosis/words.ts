import { groupBy } from '../lib/group.ts'
import { type Flow, standIn } from '../simulate/index.ts'

/** Flows in a few words: from whom, to whom, and which kinds. */
export const describeFlows = (flows: readonly Flow[]): string => describeEach(flows).join('; ')

/** The same, one text for each kind and for those of a kind that go other ways. */
export const describeEach = (flows: readonly Flow[]): string[] =>
  groupBy(flows, ({ kind }) => kind).flatMap((group) => one(group[0]!.kind, group))

function one(kind: Flow['kind'], flows: readonly Flow[]): string | string[] {
  const subjects = list(flows.map(subjectOf))
  switch (kind) {
    case 'egress':
      return alike(flows, (containers, how) => `${containers} to the outside (${how})`)
    case 'names':
      return alike(flows, (containers, servers) => `name lookups by ${containers}${servers && ` (server ${servers})`}`)
    case 'published':
      return alike(flows, (ports, from) => `published ports ${ports} (${from})`)
    case 'peer':
      return flows[0]?.ought === 'die'
        ? `isolation between containers of ${subjects}`
        : `containers of ${subjects} to each other`
    case 'isolation':
      return flows.length > 3
        ? `isolation between ${list(flows.map(({ network }) => network))}`
        : `isolation: ${subjects}`
    case 'host-service':
      return alike(flows, (containers) => `${containers} to services on the host`)
    case 'host-egress':
      return 'containers on the host’s own network to the outside'
    case 'forwarded':
      return subjects
  }
}

/** Describes subjects together that have the same ways, so that no subject gets another one's way. */
function alike(flows: readonly Flow[], describe: (subjects: string, ways: string) => string): string[] {
  const ways = groupBy(flows, (flow) => `${isOfNew(flow)} ${subjectOf(flow)}`).map((own) => ({
    own,
    ways: [...new Set(own.map(wayOf))],
  }))
  return groupBy(ways, ({ own, ways }) => `${isOfNew(own[0]!)} ${[...ways].sort()}`).map((group) => {
    const flows = group.map(({ own }) => own[0]!)
    const ways = group[0]!.ways.filter((way) => way !== '')
    return describe(`${containersOf(flows[0]!)}${list(flows.map(subjectOf))}`, list(ways))
  })
}

const containersOf = (flow: Flow): string => {
  if (flow.kind === 'published') return ''
  return isOfNew(flow) ? 'new containers of ' : 'containers of '
}

/** Whether a flow shows what a container that starts now would meet. */
const isOfNew = ({ container, network }: Flow): boolean => container === standIn(network)

/** What a flow is about: its network, its port, or both ends. */
function subjectOf({ kind, network, port, protocol, title }: Flow): string {
  if (kind === 'published') return `${port}/${protocol}`
  if (kind === 'forwarded') return title
  return kind === 'isolation' ? title.split(':')[0]! : network
}

/** How it goes there: by which protocol, from where, to which server. A query that stays in its container has no server. */
function wayOf({ kind, address, title }: Flow): string {
  if (kind === 'egress' || kind === 'published') return title.split(', ').at(-1)!
  return kind === 'names' ? address : ''
}

/** Equal for flows whose descriptions a reader takes for the same: lookups by one network, whatever the server. */
export const wordsKey = (flow: Flow): string =>
  [flow.kind, flow.ought, isOfNew(flow), subjectOf(flow), flow.kind === 'names' ? '' : wayOf(flow)].join(' ')

/** Joins distinct words, the first few of many. */
export function list(words: readonly string[], most = 5): string {
  const distinct = [...new Set(words)]
  const shown = distinct.slice(0, most).join(', ')
  return distinct.length > most ? `${shown} and ${distinct.length - most} more` : shown
}
