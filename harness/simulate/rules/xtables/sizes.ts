import { own } from '../../../lib/own.ts'
import type { Test } from '../compiled.ts'
import { kinds } from '../nft/kinds.ts'
import { packetType } from '../nft/meta.ts'
import { equals } from '../nft/reading.ts'
import { withinCount, withinRate } from '../rates.ts'
import { lifeIsWithin } from '../remembered.ts'
import { sizeIsWithin, unknownSize } from '../segment-size.ts'
import { joinedSegments, lengthIsWithin } from '../transfers.ts'
import { not, unknown } from '../truth.ts'
import { intervalOf, type Options, unmodelled } from './options.ts'

/** `-m length`. */
export function lengthTests(options: Options): Test[] {
  const tests = options.test('--length', (text) => {
    const interval = intervalOf(text, 65535)
    const why = unknown('other', `${options.scope.id} --length ${text}`, joinedSegments)
    return interval && (({ packet }) => lengthIsWithin(packet, ...interval) ?? why)
  })
  return [...tests, ...options.rest()]
}

/** `-m pkttype`. */
export function packetTypeTests(options: Options): Test[] {
  const tests = options.test('--pkt-type', (text) => {
    const type = own(kinds.packetType.symbols ?? {}, text)
    return type === undefined ? undefined : (context) => equals(packetType(context), type)
  })
  return [...tests, ...options.rest()]
}

/** `-m tcpmss`. A packet without the option meets only what is inverted. Source: linux/net/netfilter/xt_tcpmss.c. */
export function segmentSizeTests(options: Options): Test[] {
  const tests = options.test('--mss', (text) => {
    const interval = intervalOf(text, 65535)
    const why = (flags: string) => unknown('other', `${options.scope.id} --mss ${text} ${flags}`, unknownSize)
    return interval && (({ packet }) => sizeIsWithin(packet, ...interval) ?? why(packet.flags))
  })
  return [...tests, ...options.rest()]
}

/** `-m ttl`, `-m hl`. */
export function lifeTests(options: Options): Test[] {
  const test = (name: string, interval: (value: number) => [number, number]): Test[] =>
    options.test(name, (text) => {
      const [low, high] = interval(Number(text))
      const why = unmodelled(options.match, options.scope, `${name} ${text}`, 'other')
      return ({ packet }) => lifeIsWithin(packet, low, high) ?? why
    })
  const short = options.match === 'ttl' ? 'ttl' : 'hl'
  return [
    ...test(`--${short}-lt`, (value) => [0, value - 1]),
    ...test(`--${short}-gt`, (value) => [value + 1, 255]),
    ...test(`--${short}-eq`, (value) => [value, value]),
    ...options.rest(),
  ]
}

/** `-m limit`, `-m hashlimit`. */
export function rateTests(options: Options): Test[] {
  const { match, scope } = options
  const found = options.take('--limit', '--hashlimit-upto', '--hashlimit', '--hashlimit-above')
  const name = options.take('--hashlimit-name')?.args[0]
  const burst = options.take(`--${match}-burst`)?.args[0]
  for (const rest of ['mode', 'srcmask', 'dstmask', 'htable-size', 'htable-max', 'htable-expire', 'htable-gcinterval'])
    options.take(`--${match}-${rest}`)
  const text = found?.args[0] ?? ''
  const rate = /^(\d+)(kb|mb|b)?\/(\w+)$/.exec(text)
  if (!found || !rate) return [() => unmodelled(match, scope, text, 'limit'), ...options.rest()]
  const [, amount, unit, per = ''] = rate
  const bytes = unit && { b: 'bytes', kb: 'kbytes', mb: 'mbytes' }[unit]
  const key = name === undefined ? `limit ${scope.id}` : `hashlimit ${name} ${text}`
  const span = per === 's' ? 'sec' : per
  const rateOf = {
    amount: Number(amount),
    per: span,
    ...(burst !== undefined && { burst: Number(burst) }),
    ...(bytes && { unit: bytes }),
  }
  const within = withinRate(rateOf, `a limit of ${text}`, key)
  const over = found.name === '--hashlimit-above'
  return [({ packet }) => (over !== found.negated ? not(within(packet)) : within(packet)), ...options.rest()]
}

/** `-m connlimit`. */
export function connectionLimitTests(options: Options): Test[] {
  const found = options.take('--connlimit-upto', '--connlimit-above')
  for (const rest of ['--connlimit-mask', '--connlimit-saddr', '--connlimit-daddr']) options.take(rest)
  const limit = Number(found?.args[0])
  if (!found || !Number.isInteger(limit)) return [() => unmodelled('connlimit', options.scope, '', 'limit')]
  const over = (found.name === '--connlimit-above') !== found.negated
  const text = `a limit of ${limit} connections`
  const test: Test = ({ host }) => {
    const truth = withinCount(limit, host.conntrackCount, text, `connlimit ${options.scope.id}`)
    return over ? not(truth) : truth
  }
  return [test, ...options.rest()]
}

// A packet that segmentation will split counts as one, and has at most this many bytes.
const largestPacket = 65_535

/** `-m quota`: the listing lacks what is left of it, but has the number of packets that passed. */
export function quotaTests(options: Options): Test[] {
  const tests = options.test('--quota', (text) => {
    const { packets, id } = options.scope
    const total = Number(text)
    const plenty = packets !== undefined && (packets + 1) * largestPacket < total
    const why = unknown('quota', `quota ${id}`, `Whether a quota of ${text} bytes is used up is not known.`)
    return () => (total === 0 ? false : plenty || why)
  })
  return [...tests, ...options.rest()]
}

/** `-m statistic`: a chance, unless every packet or none meets it. Source: linux/net/netfilter/xt_statistic.c. */
export function chanceTests(options: Options): Test[] {
  const mode = options.take('--mode')?.args[0]
  const found = options.take(mode === 'nth' ? '--every' : '--probability')
  const packet = options.take('--packet')
  const value = Number(found?.args[0] ?? Number.NaN)
  const isSure = value === 1
  const isNever = mode === 'random' && value === 0
  const given = [found, packet].flatMap((option) => (option ? `${option.name} ${option.args[0]}` : []))
  const text = [`--mode ${mode}`, ...given].join(' ')
  if (!found || (!isSure && !isNever)) return [() => unmodelled('statistic', options.scope, text, 'limit')]
  return [() => isSure !== found.negated, ...options.rest()]
}
