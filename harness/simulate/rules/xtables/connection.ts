import { own } from '../../../lib/own.ts'
import { prefixInterval } from '../addresses.ts'
import type { Context, Test } from '../compiled.ts'
import { endOf } from '../nft/ct.ts'
import type { Scalar } from '../nft/kinds.ts'
import { fits } from '../nft/lookup.ts'
import { hasBits, type Reading } from '../nft/reading.ts'
import { protocolNumber, unknownMark } from '../packet-view.ts'
import { hasTemplate, isTracked, stateBits, stateOf, statusBits, statusOf } from '../tracking.ts'
import { every, isUnknown, type Truth } from '../truth.ts'
import { intervalOf, masked, type Options, unmodelled } from './options.ts'
import { protocolOf } from './protocol.ts'
import type { Option } from './words.ts'

// Besides conntrack's states: whether the connection is translated. Source: linux/netfilter/xt_conntrack.h.
const translatedBits: Record<string, number> = { snat: 1 << 16, dnat: 1 << 17 }

/** `-m conntrack`, `-m state`. Source: linux/net/netfilter/xt_conntrack.c. */
export function conntrackTests(options: Options): Test[] {
  const state = options.take('--ctstate', '--state')
  const others: Test[] = [
    ...options.test('--ctstatus', statusTest),
    ...options.test(
      '--ctdir',
      (text) =>
        ({ packet }) =>
          packet.direction === text.toLowerCase(),
    ),
    ...options.test('--ctproto', connectionProtocolTest),
    ...options.test('--ctorigsrc', (text) => endTest(text, 'original', 'source')),
    ...options.test('--ctorigdst', (text) => endTest(text, 'original', 'destination')),
    ...options.test('--ctreplsrc', (text) => endTest(text, 'reply', 'source')),
    ...options.test('--ctrepldst', (text) => endTest(text, 'reply', 'destination')),
    ...options.test('--ctorigsrcport', (text) => portTest(text, 'original', 'source')),
    ...options.test('--ctorigdstport', (text) => portTest(text, 'original', 'destination')),
    ...options.test('--ctreplsrcport', (text) => portTest(text, 'reply', 'source')),
    ...options.test('--ctrepldstport', (text) => portTest(text, 'reply', 'destination')),
    ...options.rest(),
  ]
  const states = state && stateTest(state)
  const early = unmodelled(options.match, options.scope, 'of a zone’s template', 'other')
  const test: Test = (context) => {
    if (hasTemplate(context)) return early
    if (states && !states(context)) return false
    // For a packet without a connection only the state counts.
    if (!isTracked(context)) return states !== undefined
    return every(others.map((other) => other(context)))
  }
  return [test]
}

function stateTest({ args, negated }: Option): (context: Context) => boolean {
  const mask = (args[0] ?? '').split(',').reduce((sum, name) => {
    const word = name.toLowerCase()
    return sum | (own(stateBits, word) ?? own(translatedBits, word) ?? 0)
  }, 0)
  return (context) => {
    const { packet } = context
    const translated = (packet.snat ? translatedBits.snat! : 0) | (packet.dnat ? translatedBits.dnat! : 0)
    const bits = stateOf(context) | (isTracked(context) ? translated : 0)
    return ((bits & mask) !== 0) !== negated
  }
}

function statusTest(text: string): Test {
  const mask = text.split(',').reduce((sum, name) => sum | (statusBits[name.toLowerCase().replace('_', '-')] ?? 0), 0)
  return (context) => hasBits({ ...statusOf(context), of: 'ct status' }, mask)
}

function connectionProtocolTest(text: string): Test | undefined {
  const number = protocolOf(text)
  return number === undefined ? undefined : ({ packet }) => protocolNumber(packet) === number
}

function endTest(text: string, direction: 'original' | 'reply', side: 'source' | 'destination'): Test | undefined {
  const [address = '', length] = text.split('/')
  const width = address.includes(':') ? 128 : 32
  const interval = prefixInterval(address, length === undefined ? width : Number(length))
  if (!interval) return undefined
  return (context) => inInterval(endOf(context, direction, side).address, interval.low, interval.high)
}

function portTest(text: string, direction: 'original' | 'reply', side: 'source' | 'destination'): Test | undefined {
  const interval = intervalOf(text, 65535)
  return interval && ((context) => inInterval(endOf(context, direction, side).port, interval[0], interval[1]))
}

const inInterval = (reading: Reading, low: Scalar, high: Scalar): Truth =>
  isUnknown(reading) || typeof reading === typeof low ? fits(reading, { is: 'interval', low, high }) : false

/** `-m mark`, `-m connmark`. */
export function markTests(options: Options): Test[] {
  const of = options.match === 'mark' ? 'mark' : 'ctMark'
  const tests = options.test('--mark', (text) => {
    const wanted = masked(text)
    return wanted && (({ packet }) => markTruth(packet[of], of, wanted))
  })
  if (of === 'mark') return [...tests, ...options.rest()]
  const early = unmodelled(options.match, options.scope, 'of a zone’s template', 'other')
  return [(context) => (hasTemplate(context) ? early : isTracked(context)), ...tests, ...options.rest()]
}

/** Whether a mark has a value under a mask. */
export function markTruth(
  mark: number | undefined,
  of: 'mark' | 'ctMark',
  { value, mask }: { value: number; mask: number },
): Truth {
  if (mark !== undefined) return (mark & mask) >>> 0 === value
  const { learnValue, ...why } = unknownMark(of)
  const whole = mask === 0xffffffff
  const key = whole ? `${why.key} ${value}` : `${why.key} & ${mask} ${value}`
  return { ...why, key, ...(whole && { learn: learnValue(value) }) }
}
