import type { Packet } from '../../packet.ts'
import { lifeIsWithin } from '../remembered.ts'
import { offersSize, sizeIsWithin, unknownSize } from '../segment-size.ts'
import { joinedSegments, lengthIsWithin } from '../transfers.ts'
import { not, type Truth, unknown } from '../truth.ts'
import { kinds, scalarOf } from './kinds.ts'

/** A value of packets of which only bounds are known. */
interface Bounded {
  name: string
  most: number
  /** Whether it is between two values; undefined where that is unknown. */
  isWithin: (packet: Packet, low: number, high: number) => boolean | undefined
  message: string
  /** Whether the packet has such a value; without it the rule does not match, whatever the operator. */
  has?: (packet: Packet) => boolean
}

const life = { most: 255, isWithin: lifeIsWithin, message: 'The packet’s time to live is not known.' }
const length = { most: 2 ** 32, isWithin: lengthIsWithin, message: joinedSegments }

const values: Record<string, Bounded> = {
  'ip ttl': { name: 'ttl', ...life },
  'ip6 hoplimit': { name: 'hoplimit', ...life },
  'meta length': { name: 'length', ...length },
  'ip length': { name: 'length', ...length },
  // The length of IPv6 leaves out its own header.
  'ip6 length': {
    name: 'ip6 length',
    ...length,
    isWithin: (packet, low, high) => lengthIsWithin(packet, low + 40, high + 40),
  },
  'tcp option maxseg size': {
    name: 'segment size',
    most: 65_535,
    isWithin: sizeIsWithin,
    message: unknownSize,
    has: offersSize,
  },
}

/** The condition of a `match` on a time to live or a length; undefined for other matches, and for what only sets hold. */
export function boundedComparison(op: string, left: unknown, right: unknown): ((packet: Packet) => Truth) | undefined {
  const value = boundedOf(left)
  const interval = value && intervalOf(op, right, value.most)
  if (!interval) return undefined
  return (packet) => {
    if (value.has?.(packet) === false) return false
    const of = value.has ? ` of ${packet.flags}` : ''
    const why = unknown('other', `${value.name} ${interval}${of}`, value.message)
    const truth = value.isWithin(packet, ...interval) ?? why
    return op === '!=' ? not(truth) : truth
  }
}

function boundedOf(left: unknown): Bounded | undefined {
  const { meta, payload, ...others } = (left ?? {}) as {
    'tcp option'?: { name?: unknown; field?: unknown }
    meta?: { key?: unknown }
    payload?: { protocol?: unknown; field?: unknown }
  }
  const option = others['tcp option']
  const name = option
    ? `tcp option ${option.name} ${option.field}`
    : meta
      ? `meta ${meta.key}`
      : `${payload?.protocol} ${payload?.field}`
  return Object.hasOwn(values, name) ? values[name] : undefined
}

function intervalOf(op: string, right: unknown, most: number): [number, number] | undefined {
  const range = (right as { range?: unknown[] } | null)?.range ?? [right, right]
  const [low, high] = range.map((each) => scalarOf(each, kinds.integer))
  if (typeof low !== 'number' || typeof high !== 'number') return undefined
  if (op === '==' || op === '!=') return [low, high]
  if (low !== high) return undefined
  return { '<': [0, low - 1], '<=': [0, low], '>': [low + 1, most], '>=': [low, most] }[op] as
    | [number, number]
    | undefined
}
