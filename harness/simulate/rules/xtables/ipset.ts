import type { Ipset } from '../../../evidence/facts.ts'
import { addressNumber, prefixInterval } from '../addresses.ts'
import type { Context, Test } from '../compiled.ts'
import { kinds, macNumber } from '../nft/kinds.ts'
import { Lookup, type Part } from '../nft/lookup.ts'
import type { Reading } from '../nft/reading.ts'
import { inputOf, outputOf, protocolNumber } from '../packet-view.ts'
import { not, type Truth, type Unknown, unknown } from '../truth.ts'
import type { Options, Scope } from './options.ts'

/** `-m set --match-set NAME src,dst`. */
export function setTests(options: Options): Test[] {
  const option = options.take('--match-set')
  options.take('--return-nomatch')
  const [name = '', flags = ''] = option?.args ?? []
  const member = membership(name, flags.split(','), options.scope)
  const test: Test = (context) => (option?.negated ? not(member(context)) : member(context))
  return [test, ...options.rest()]
}

function membership(name: string, directions: string[], { ipsets, written }: Scope): Test {
  const why = (message: string): Unknown => unknown('set', `ipset ${name} ${directions}`, message, `ipset list ${name}`)
  const set = ipsets[name]
  if (!set) return () => why(`The content of the set ${name} is not known.`)
  if (written.has(name)) return () => why(`Rules add to the set ${name}, so its content changes.`)
  const [, dimensions = ''] = set.type.split(':')
  const readers = dimensions
    .split(',')
    .map((dimension, at) => readerOf(dimension, directions[at] ?? directions.at(-1) ?? ''))
  if (readers.includes(undefined)) return () => why(`How the set ${name} of ${set.type} is matched is not modelled.`)
  const { wanted, excepted } = lookupsOf(set, dimensions.split(','))
  return (context) => {
    const readings = readers.flatMap((read) => read!(context))
    if (readings.includes('')) return false
    if (excepted.find(readings)) return false
    const found = wanted.find(readings)
    return found === undefined ? false : 'why' in found ? (found.why as Truth) : true
  }
}

type Reader = (context: Context) => Reading

/** The value compared with one dimension of a set; a port includes its protocol. */
function readerOf(dimension: string, direction: string): Reader | undefined {
  const source = direction === 'src'
  if (dimension === 'ip' || dimension === 'net')
    return ({ packet }) => addressNumber(source ? packet.source : packet.destination) ?? ''
  if (dimension === 'port')
    return ({ packet }) => [protocolNumber(packet) ?? '', source ? packet.sourcePort : packet.destinationPort]
  if (dimension === 'iface') return source ? inputOf : outputOf
  if (dimension === 'mac')
    return ({ packet }) => macNumber(source ? packet.sourceMac : packet.destinationMac) ?? unreadMac
  return undefined
}

const unreadMac = unknown('other', 'hardware address', 'The hardware address of the packet is not known.')

function lookupsOf({ elements }: Ipset, dimensions: string[]): { wanted: Lookup<true>; excepted: Lookup<true> } {
  const wanted: [Part[], true][] = []
  const excepted: [Part[], true][] = []
  for (const element of elements) {
    // The rest is a timeout, counters or a comment; `nomatch` marks an exception.
    const [value = '', ...extras] = element.split(' ')
    const parts = value.split(',').flatMap((text, at) => partsOf(text, dimensions[at] ?? ''))
    const list = extras.includes('nomatch') ? excepted : wanted
    list.push([parts, true])
  }
  const width = dimensions.reduce((sum, dimension) => sum + (dimension === 'port' ? 2 : 1), 0)
  return { wanted: new Lookup(wanted, width), excepted: new Lookup(excepted, width) }
}

function partsOf(text: string, dimension: string): Part[] {
  if (dimension === 'port') return portParts(text)
  if (dimension === 'iface') return [{ is: 'value', value: text }]
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
