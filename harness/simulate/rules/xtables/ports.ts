import type { Context, Test } from '../compiled.ts'
import { kinds } from '../nft/kinds.ts'
import { tcpFlags } from '../packet-view.ts'
import { not, unknown } from '../truth.ts'
import { intervalOf, type Options } from './options.ts'

type Port = 'sourcePort' | 'destinationPort'

/** `-m tcp`, `-m udp`. */
export function portTests(options: Options): Test[] {
  const own = options.match === 'udp' ? 'udp' : 'tcp'
  const is: Test = ({ packet }) => packet.protocol === own
  return [
    is,
    ...options.test('--sport', (text) => portTest(text, 'sourcePort')),
    ...options.test('--dport', (text) => portTest(text, 'destinationPort')),
    ...flagTests(options),
    ...options.rest(),
  ]
}

function portTest(text: string, port: Port): Test | undefined {
  const interval = intervalOf(text, 65535)
  if (!interval) return undefined
  const [low, high] = interval
  return ({ packet }) => packet[port] >= low && packet[port] <= high
}

function flagTests(options: Options): Test[] {
  const option = options.take('--tcp-flags')
  if (!option) return []
  const [mask, wanted] = option.args.map(bitsOf)
  const unread = unknown('other', 'TCP flags', 'The flags of the packet are not known.')
  return [
    ({ packet }) => {
      const flags = tcpFlags(packet)
      if (flags === undefined || mask === undefined || wanted === undefined) return unread
      return ((flags & mask) === wanted) !== option.negated
    },
  ]
}

function bitsOf(text: string): number | undefined {
  if (text === 'NONE') return 0
  if (text === 'ALL') return 63
  const bits = text.split(',').map((name) => kinds.tcpFlags.symbols?.[name.toLowerCase()])
  return bits.includes(undefined) ? undefined : bits.reduce<number>((sum, bit) => sum | bit!, 0)
}

/** `-m multiport`. */
export function multiportTests(options: Options): Test[] {
  const either: Test = ({ packet }) => packet.protocol === 'tcp' || packet.protocol === 'udp'
  const list = (name: string, ports: readonly Port[]): Test[] =>
    options.test(name, (text) => {
      const intervals = text.split(',').map((each) => intervalOf(each, 65535))
      if (intervals.includes(undefined)) return undefined
      return ({ packet }) =>
        ports.some((port) => intervals.some((interval) => packet[port] >= interval![0] && packet[port] <= interval![1]))
    })
  return [
    either,
    ...list('--sports', ['sourcePort']),
    ...list('--dports', ['destinationPort']),
    ...list('--ports', ['sourcePort', 'destinationPort']),
    ...options.rest(),
  ]
}

/** `-m icmp`, `-m icmp6`. */
export function icmpTests(options: Options): Test[] {
  const own = options.match === 'icmp' ? 'icmp' : 'icmpv6'
  const symbols: Record<string, number> = kinds[own].symbols ?? {}
  const is: Test = ({ packet }) => packet.protocol === own
  const test = (name: string): Test[] =>
    options.test(name, (text) => {
      if (text === 'any' || text === '255') return () => true
      const [type = '', code] = text.split('/')
      const number = /^\d+$/.test(type) ? Number(type) : symbols[type]
      if (number === undefined) return undefined
      return ({ packet }: Context) =>
        packet.icmpType === number && (code === undefined || code === 'any' || code === String(packet.icmpCode))
    })
  return [is, ...test('--icmp-type'), ...test('--icmpv6-type'), ...options.rest()]
}

/** Matches for protocols that no simulated packet has. */
export const foreignTests = (options: Options): Test[] => {
  for (let option = options.take('--sport', '--dport'); option; option = options.take('--sport', '--dport'));
  return [() => not(true)]
}
