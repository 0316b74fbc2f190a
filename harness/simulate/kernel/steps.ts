import { baseChanges } from './base-host.ts'
import { dockerRules } from './docker-rules.ts'
import { type Change, containerNames, type HostSpec, type NamespaceName } from './host-spec.ts'

/** One tool with its input, in which $c1 and the like stand for the namespaces’ paths. */
export interface Command {
  words: string
  input: string[]
  /** The same input in parts, for a tool that refuses all of it because of one line. */
  parts?: string[][]
}

/** The work in one namespace, in order: settings, then tools. */
export interface Step {
  namespace: NamespaceName
  /** Paths below /proc/sys/net and values. */
  settings: [path: string, value: string][]
  commands: Command[]
}

/**
 * The steps that make a host from empty namespaces. A step that the kernel refuses is skipped: only the resulting host
 * counts.
 */
export function stepsOf({ base, changes }: HostSpec): Step[] {
  const all = [...baseChanges(base), ...dockerRules(base), ...changes]
  const inside = all.flatMap((change) => change.inside ?? [])
  const namespaces = [...new Set(inside.map(({ namespace }) => namespace))]
  const of = (name: NamespaceName) => inside.filter(({ namespace }) => namespace === name)
  // The base's links come first: odd changes need both ends up.
  const [first, later] = [all.filter(isBase), all.filter((change) => !isBase(change))]
  const steps: Step[] = [
    ...(['outside', ...containerNames] as const).map((namespace) => ({
      namespace,
      settings: of(namespace).flatMap(({ sysctl }) => pairs(sysctl)),
      commands: [],
    })),
    { namespace: 'host', settings: all.flatMap(({ before }) => pairs(before)), commands: ip(first) },
    ...namespaces.map((namespace) => ({
      namespace,
      settings: [],
      commands: [...ip(of(namespace)), ...nft(of(namespace))],
    })),
    { namespace: 'host', settings: [], commands: ip(later) },
    {
      namespace: 'host',
      settings: all.flatMap(({ sysctl }) => pairs(sysctl)),
      commands: [
        ...batch('bridge -force -batch -', lines(all, 'bridge')),
        ...batch('ipset restore -exist', lines(all, 'ipset')),
        ...nft(all),
        ...tables(all),
      ],
    },
  ]
  return steps.filter(({ settings, commands }) => settings.length + commands.length > 0)
}

const isBase = ({ kind }: Change): boolean => /^(bridges|container |uplink|outside|settings)/.test(kind)

const pairs = (own: Record<string, string> | undefined): [string, string][] => Object.entries(own ?? {})

const batch = (words: string, input: string[]): Command[] => (input.length === 0 ? [] : [{ words, input }])
const lines = <K extends string>(all: readonly { [key in K]?: string[] }[], key: K): string[] =>
  all.flatMap((each) => each[key] ?? [])

const ip = (all: readonly { ip?: string[] }[]): Command[] => batch('ip -force -batch -', lines(all, 'ip'))

// One file is quicker. Where one of its lines is refused, all are, and each line is then tried alone.
function nft(all: readonly { nft?: string[] }[]): Command[] {
  const input = lines(all, 'nft')
  return input.length === 0 ? [] : [{ words: 'nft -f -', input, parts: input.map((line) => [line]) }]
}

function tables(all: Change[]): Command[] {
  const wanted = all.flatMap(({ iptables }) => iptables ?? [])
  const nameOf = ({ backend, family }: (typeof wanted)[number]): string =>
    `ip${family === 6 ? '6' : ''}tables-${backend}-restore`
  return [...new Set(wanted.map(nameOf))].map((restore) => {
    const parts = wanted
      .filter((each) => nameOf(each) === restore)
      .map(({ table, chains, rules }) => [`*${table}`, ...chains.map((chain) => `:${chain}`), ...rules, 'COMMIT'])
    return { words: `${restore} --noflush -w 10`, input: parts.flat(), parts }
  })
}
