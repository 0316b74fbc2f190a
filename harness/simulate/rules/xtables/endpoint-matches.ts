import { addressNumber } from '../addresses.ts'
import type { Context, Test } from '../compiled.ts'
import { addressTypeFor } from '../nft/fib.ts'
import { macNumber } from '../nft/kinds.ts'
import { inputOf, outputOf } from '../packet-view.ts'
import { not, type Truth, unknown } from '../truth.ts'
import { interfaceTest, within } from './base.ts'
import { type Options, unmodelled } from './options.ts'
import type { Option } from './words.ts'

/** `-m addrtype`. Source: linux/net/netfilter/xt_addrtype.c. */
export function addressTypeTests(options: Options): Test[] {
  const device = options.take('--limit-iface-in') ? inputOf : options.take('--limit-iface-out') ? outputOf : undefined
  const test = (name: string, side: 'source' | 'destination'): Test[] =>
    options.test(name, (text) => {
      const types = text.toLowerCase().split(',')
      // Without such a device, as at output, any device will do.
      const near = (context: Context): string | undefined => device?.(context) || undefined
      return (context) => types.includes(addressTypeFor(context.host, context.packet[side], near(context)))
    })
  return [...test('--src-type', 'source'), ...test('--dst-type', 'destination'), ...options.rest()]
}

/** `-m iprange`. */
export function rangeTests(options: Options): Test[] {
  const test = (name: string, side: 'source' | 'destination'): Test[] =>
    options.test(name, (text) => {
      const [low, high] = text.split('-').map(addressNumber)
      if (low === undefined) return undefined
      return ({ packet }) => within(packet[side], { low, high: high ?? low })
    })
  return [...test('--src-range', 'source'), ...test('--dst-range', 'destination'), ...options.rest()]
}

/** `-m physdev`: ports of bridges. Source: linux/net/netfilter/xt_physdev.c. */
export function bridgePortTests(options: Options): Test[] {
  const port = (name: string, read: (context: Context) => string): Test[] =>
    options.test(name, (text) => {
      const test = interfaceTest(text, read)
      // `+` means any port, but not no port.
      return (context) => read(context) !== '' && test(context)
    })
  return [
    ...port('--physdev-in', ({ packet }) => packet.inputPort),
    ...port('--physdev-out', ({ packet }) => packet.outputPort),
    ...options.test(
      '--physdev-is-in',
      () =>
        ({ packet }) =>
          packet.inputPort !== '',
    ),
    ...options.test(
      '--physdev-is-out',
      () =>
        ({ packet }) =>
          packet.outputPort !== '',
    ),
    ...options.test(
      '--physdev-is-bridged',
      () =>
        ({ packet }) =>
          packet.inputPort !== '' && packet.outputPort !== '',
    ),
    ...options.rest(),
  ]
}

/** `-m mac`. Source: linux/net/netfilter/xt_mac.c. */
export function macTests(options: Options): Test[] {
  const option = options.take('--mac-source')
  const wanted = macNumber(option?.args[0] ?? '')
  const unread = unknown('other', 'hardware address', 'The hardware address of the packet is not known.')
  const test: Test = ({ packet }) => {
    // The host's own packets have no such header yet, even for a negated match.
    if (packet.local || wanted === undefined) return false
    const own = macNumber(packet.sourceMac)
    if (own === undefined) return { ...unread, key: `source mac ${wanted}`, inverted: option?.negated ?? false }
    return (own === wanted) !== (option?.negated ?? false)
  }
  return [test, ...options.rest()]
}

/** `-m owner`. Source: linux/net/netfilter/xt_owner.c. */
export function ownerTests(options: Options): Test[] {
  const names = ['--uid-owner', '--gid-owner', '--socket-exists']
  const taken = names.flatMap((name) => options.take(name) ?? [])
  // A packet without a socket matches only negated conditions.
  const negated = taken.length > 0 && taken.every((option) => option.negated)
  const test: Test = ({ packet, hook }) => {
    if (!packet.local || !['output', 'postrouting'].includes(hook)) return negated
    const [option] = taken
    const known = option && userIs(packet.user, option)
    if (known !== undefined && taken.length === 1) return known
    const what = option ? `${option.name} ${option.args.join(' ')}` : ''
    return {
      ...unmodelled('owner', options.scope, what, 'other'),
      key: `owner ${what}`,
      inverted: option?.negated ?? false,
    }
  }
  return [test, ...options.rest()]
}

/** Whether a user is one of those that a rule names by number; undefined where that is unknown. */
function userIs(user: number | undefined, { name, args, negated }: Option): boolean | undefined {
  const [, low, high = low] = args[0]?.match(/^(\d+)(?:-(\d+))?$/) ?? []
  if (user === undefined || name !== '--uid-owner' || low === undefined) return undefined
  return (user >= Number(low) && user <= Number(high)) !== negated
}

/** `-m rpfilter`. Source: linux/net/ipv4/netfilter/ipt_rpfilter.c. */
export function reversePathTests(options: Options): Test[] {
  const [loose, validMark, acceptLocal, invert] = ['--loose', '--validmark', '--accept-local', '--invert'].map(
    (name) => options.take(name) !== undefined,
  )
  const accepted = (context: Context): Truth => {
    const { packet, host } = context
    const device = inputOf(context)
    if (device === 'lo') return true
    const mark = validMark ? packet.mark : 0
    const found = host.routeDevice({
      ...packet,
      source: packet.destination,
      destination: packet.source,
      input: '',
      mark,
    })
    if (found === undefined) return false
    if (found === 'lo') return acceptLocal === true
    return loose === true || found === device
  }
  return [(context) => (invert ? not(accepted(context)) : accepted(context)), ...options.rest()]
}
