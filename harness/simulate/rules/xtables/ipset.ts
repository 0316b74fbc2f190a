import type { Ipset } from '../../../evidence/facts.ts'
import { addressNumber, bothBits, prefixInterval } from '../addresses.ts'
import type { Context, Test } from '../compiled.ts'
import { kinds, macNumber } from '../nft/kinds.ts'
import { Lookup, type Part } from '../nft/lookup.ts'
import type { Reading } from '../nft/reading.ts'
import { inputOf, outputOf, protocolNumber } from '../packet-view.ts'
import { every, not, some, type Truth, type Unknown, unknown } from '../truth.ts'
import type { Options, Scope } from './options.ts'

/** `-m set --match-set NAME src,dst`. */
export function setTests(options: Options): Test[] {
  const option = options.take('--match-set')
  // These only decide which counters grow.
  options.take('--update-counters')
  options.take('--update-subcounters')
  const exceptions = options.take('--return-nomatch') !== undefined
  const [name = '', flags = ''] = option?.args ?? []
  const member = membership(name, { directions: flags.split(','), exceptions, inList: false }, options.scope)
  // Conditions on an element's counters. `!` inverts the whole match.
  const tests = [member, ...options.rest()]
  return [
    (context) => {
      const truth = every(tests.map((test) => test(context)))
      return option?.negated ? not(truth) : truth
    },
  ]
}

/** How a rule matches by a set. `exceptions`: it matches elements with `nomatch`, and only those. */
interface Query {
  directions: readonly string[]
  exceptions: boolean
  inList: boolean
}

/** Source: linux/net/netfilter/ipset/ip_set_core.c, ip_set_test. */
function membership(name: string, query: Query, scope: Scope): Test {
  const { directions } = query
  const why = (message: string): Unknown => unknown('set', `ipset ${name} ${directions}`, message, `ipset list ${name}`)
  const set = scope.ipsets[name]
  if (!set) return () => why(`The content of the set ${name} is not known.`)
  if (scope.written.has(name)) return () => why(`Rules add to the set ${name}, so its content changes.`)
  if (set.type === 'list:set' && !query.inList) return ofList(set, query, scope)
  const dimensions = (set.type.split(':')[1] ?? '').split(',')
  const readers = dimensions.map((dimension, at) => readerOf(dimension, directions[at] ?? '', set))
  if (readers.includes(undefined)) return () => why(`How the set ${name} of ${set.type} is matched is not modelled.`)
  // A rule with too few directions matches nothing.
  if (directions.length < dimensions.length) return () => false
  const hasFamily = dimensions.some((dimension) => dimension === 'ip' || dimension === 'net')
  const family = set.family ?? 4
  const decide = decisionOf(set, dimensions, query.exceptions && dimensions.includes('net'))
  return (context) => {
    if (hasFamily && context.packet.family !== family) return false
    const readings = readers.flatMap((read) => read!(context))
    return readings.includes('') ? false : decide(readings)
  }
}

/** A list matches where one of its sets does. Source: linux/net/netfilter/ipset/ip_set_list_set.c, list_set_ktest. */
function ofList({ elements }: Ipset, query: Query, scope: Scope): Test {
  const members = elements.map((each) => membership(each.split(' ')[0]!, { ...query, inList: true }, scope))
  return (context) => some(members.map((member) => member(context)))
}

type Reader = (context: Context) => Reading

/** The value compared with one dimension of a set; a port includes its protocol. */
function readerOf(dimension: string, direction: string, { bitmask }: Ipset): Reader | undefined {
  const source = direction === 'src'
  const bits = bitmask === undefined ? undefined : addressNumber(bitmask)
  if (bitmask !== undefined && bits === undefined) return undefined
  if (dimension === 'ip' || dimension === 'net')
    return ({ packet }) => {
      const address = addressNumber(source ? packet.source : packet.destination)
      return address === undefined ? '' : bits === undefined ? address : bothBits(address, bits)
    }
  if (dimension === 'port')
    return ({ packet }) => [protocolNumber(packet) ?? '', source ? packet.sourcePort : packet.destinationPort]
  if (dimension === 'iface') return source ? inputOf : outputOf
  if (dimension === 'mac')
    return ({ packet }) => macNumber(source ? packet.sourceMac : packet.destinationMac) ?? unreadMac
  return undefined
}

const unreadMac = unknown('other', 'hardware address', 'The hardware address of the packet is not known.')

/** Elements whose networks are equally specific. */
interface Rank {
  /** Whether the element is an exception. */
  elements: Lookup<boolean>
  /** The networks, of sets that also name interfaces. */
  networks?: Lookup<true>
}

/**
 * Whether a set matches what was read. The most specific network decides, be it an exception or not. Where an interface
 * counts too, no shorter prefix is compared after one that is only there for other interfaces. Source:
 * linux/net/netfilter/ipset/ip_set_hash_gen.h, mtype_test_cidrs.
 */
function decisionOf(set: Ipset, dimensions: string[], exceptions: boolean): (readings: Reading[]) => Truth {
  const ranks = ranksOf(set, dimensions)
  const from = (at: number, readings: Reading[]): Truth => {
    const rank = ranks[at]
    if (!rank) return false
    const found = rank.elements.find(readings)
    if (found === undefined) return rank.networks?.find(readings[0]!) ? false : from(at + 1, readings)
    if (!('why' in found)) return found.value === exceptions
    const [first, ...others] = new Set(found.values)
    if (others.length > 0) return found.why
    const rest = from(at + 1, readings)
    return first === exceptions ? some([found.why, rest]) : every([not(found.why), rest])
  }
  return (readings) => from(0, readings)
}

function ranksOf({ elements }: Ipset, dimensions: string[]): Rank[] {
  const read = elements.map((element) => elementOf(element, dimensions))
  const hasInterface = dimensions.includes('iface')
  const isRanked = hasInterface || read.some(({ isException }) => isException)
  const groups = new Map<string, typeof read>()
  for (const each of read) {
    const key = isRanked ? each.lengths.map((length) => String(128 - length).padStart(3, '0')).join(' ') : ''
    const group = groups.get(key)
    if (group) group.push(each)
    else groups.set(key, [each])
  }
  const width = dimensions.reduce((sum, dimension) => sum + (dimension === 'port' ? 2 : 1), 0)
  return [...groups]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, group]) => ({
      elements: new Lookup(
        group.map(({ parts, isException }) => [parts, isException]),
        width,
      ),
      ...(hasInterface && {
        networks: new Lookup(
          group.flatMap(({ parts }): [Part[], true][] =>
            parts[1]?.is === 'unreadable' ? [] : [[parts.slice(0, 1), true]],
          ),
          1,
        ),
      }),
    }))
}

/** One element, and the lengths of its prefixes. The rest is a timeout, counters or a comment. */
function elementOf(
  element: string,
  dimensions: string[],
): { parts: Part[]; isException: boolean; lengths: readonly number[] } {
  const [value = '', ...extras] = element.replace(/ comment ".*"/, '').split(' ')
  const texts = value.split(',')
  const parts = texts.flatMap((text, at) => partsOf(text, dimensions[at] ?? '', extras.includes('wildcard')))
  // An address without a hardware address gets that of the next packet.
  if (dimensions[1] === 'mac' && texts.length === 1) parts.push({ is: 'any' })
  const lengths = texts
    .filter((_, at) => dimensions[at] === 'net')
    .map((text) => Number(text.split('/')[1] ?? (text.includes(':') ? 128 : 32)))
  return { parts, isException: extras.includes('nomatch'), lengths }
}

function partsOf(text: string, dimension: string, isBeginning: boolean): Part[] {
  if (dimension === 'port') return portParts(text)
  // The port of a bridge is not modelled.
  if (dimension === 'iface' && text.startsWith('physdev:')) return [{ is: 'unreadable' }]
  if (dimension === 'iface') return [isBeginning ? { is: 'beginning', text } : { is: 'value', value: text }]
  if (dimension === 'mac') return [valueOr(macNumber(text))]
  const [address = '', length] = text.split('/')
  if (length === undefined) return [valueOr(addressNumber(address))]
  const interval = prefixInterval(address, Number(length))
  return [interval ? { is: 'interval', ...interval } : { is: 'unreadable' }]
}

const valueOr = (value: number | bigint | undefined): Part =>
  value === undefined ? { is: 'unreadable' } : { is: 'value', value }

/** `tcp:80`, `udp:53`, or a plain `80` in a set of only ports. */
function portParts(text: string): Part[] {
  const [protocol, port] = text.includes(':') ? text.split(':') : [undefined, text]
  const number = protocol === undefined ? undefined : kinds.protocol.symbols?.[protocol]
  const first: Part =
    protocol === undefined ? { is: 'any' } : valueOr(number ?? (/^\d+$/.test(protocol) ? Number(protocol) : undefined))
  return [first, valueOr(/^\d+$/.test(port ?? '') ? Number(port) : undefined)]
}
