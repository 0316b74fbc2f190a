import { parsePrefix } from '../../../lib/ip.ts'
import { dictionary } from '../../../lib/own.ts'

/** A set of the kernel's ipset. Rules of iptables match by it. */
export interface Ipset {
  type: string
  /** With a `netmask` the addresses are prefixes: the kernel keeps only the first address of each. */
  elements: string[]
  /** It holds addresses of IPv6. */
  family?: 6
  /** The bits of an address that count, where those are no prefix. */
  bitmask?: string
}

/** The sets of `ipset save`, by name. Throws where a line has another form, or adds to an unknown set. */
export function readIpsets(text: string): Record<string, Ipset> {
  const sets: Record<string, Ipset> = dictionary()
  const lengths = new Map<string, number>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, verb, name = '', rest = ''] = line.match(/^(create|add) (\S+) (.*)$/) ?? []
    if (verb === 'create') {
      const { bitmask, length } = maskOf(rest)
      if (length !== undefined) lengths.set(name, length)
      sets[name] = {
        type: rest.split(' ')[0]!,
        elements: [],
        ...(/ family inet6( |$)/.test(rest) && { family: 6 }),
        ...(bitmask !== undefined && { bitmask }),
      }
    } else if (verb === 'add' && sets[name]) {
      const length = lengths.get(name)
      sets[name]!.elements.push(length === undefined ? rest.trim() : shortened(rest.trim(), length))
    } else throw new TypeError(`not a set: ${line.slice(0, 80)}`)
  }
  return sets
}

/** A set's mask: the length of a prefix, or other bits. */
function maskOf(options: string): { length?: number; bitmask?: string } {
  const [, netmask] = / netmask (\d+)( |$)/.exec(options) ?? []
  if (netmask !== undefined) return { length: Number(netmask) }
  const [, bitmask] = / bitmask (\S+)/.exec(options) ?? []
  const length = bitmask === undefined ? undefined : parsePrefix(`0.0.0.0/${bitmask}`)?.length
  return length !== undefined ? { length } : bitmask !== undefined ? { bitmask } : {}
}

/** An element whose addresses are prefixes of at most this length: `10.0.0.0,tcp:80` is `10.0.0.0/24,tcp:80`. */
function shortened(element: string, length: number): string {
  const [value = '', ...extras] = element.split(' ')
  const parts = value.split(',').map((part) => {
    const own = parsePrefix(part)
    return own && own.length > length ? `${part.split('/')[0]}/${length}` : part
  })
  return [parts.join(','), ...extras].join(' ')
}
