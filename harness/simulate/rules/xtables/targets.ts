import type { Packet } from '../../packet.ts'
import { end, type Operation, type Outcome } from '../compiled.ts'
import { type Queues, queued } from '../queues.ts'
import { liveFor, trackIn } from '../remembered.ts'
import { proxyListens } from '../sockets.ts'
import { untracked } from '../tracking.ts'
import { unknown } from '../truth.ts'
import { markOperation } from './mark-targets.ts'
import { natOutcome } from './nat-targets.ts'
import { masked, type Scope } from './options.ts'
import type { Option, Part } from './words.ts'

const plain: Record<string, Outcome> = {
  ACCEPT: { to: 'accept' },
  DROP: { to: 'drop' },
  REJECT: { to: 'reject' },
  RETURN: { to: 'return' },
}
// These log, count, or write what the simulation does not read; the packet goes on.
const silent = new Set(
  'LOG NFLOG ULOG TRACE AUDIT TEE CLASSIFY CHECKSUM DSCP TOS ECN TCPOPTSTRIP SECMARK CONNSECMARK IDLETIMER RATEEST LED SET ACCOUNT'.split(
    ' ',
  ),
)
const translations = new Set(['DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP'])

/** The effect of a rule's target. `isChain`: whether a name is a chain of the table. */
export function targetOperations(
  part: Part | undefined,
  scope: Scope,
  isChain: (name: string) => boolean,
): Operation[] {
  // A rule without a target only counts packets.
  if (!part) return []
  const { kind, name, options } = part
  if (kind === 'goto') return [end({ to: 'goto', chain: name })]
  if (isChain(name)) return [end({ to: 'jump', chain: name })]
  if (Object.hasOwn(plain, name)) return [end(plain[name]!)]
  if (silent.has(name)) return []
  if (name === 'TCPMSS') return [{ does: 'clamp' }]
  if (name === 'NOTRACK' || (name === 'CT' && has(options, '--notrack'))) return [{ does: 'change', change: untracked }]
  if (name === 'CT') return zoneOperations(options)
  if (name === 'TTL' || name === 'HL') return lifeOperations(name, options, scope)
  const found = translations.has(name) ? translation(name, options) : markOperation(name, options)
  return [found ?? handedOver(name, options, scope)]
}

const none = { value: 0, mask: 0 }
const has = (options: readonly Option[], wanted: string): boolean => options.some(({ name }) => name === wanted)

/** Source: linux/net/netfilter/xt_HL.c. */
function lifeOperations(name: 'TTL' | 'HL', options: readonly Option[], scope: Scope): Operation[] {
  const family = name === 'TTL' ? 4 : 6
  const [option] = options
  const value = Number(option?.args[0])
  const verb = option?.name.replace(/^--(ttl|hl)-/, '')
  if (!Number.isInteger(value)) return [handedOver(name, [...options], scope)]
  if (verb === 'set') return [liveFor(family, () => value)]
  const by = verb === 'dec' ? -value : value
  return [liveFor(family, (now) => (now === undefined ? undefined : Math.min(255, now + by)))]
}

const directions: Record<string, 'original' | 'reply' | undefined> = {
  '--zone': undefined,
  '--zone-orig': 'original',
  '--zone-reply': 'reply',
}

// Any other setting for a connection, such as a helper, keeps later rules from untracking it.
function zoneOperations(options: readonly Option[]): Operation[] {
  const given = options.find(({ name }) => Object.hasOwn(directions, name))
  const id = Number(given?.args[0] ?? 0)
  return Number.isInteger(id) ? [trackIn(id, given && directions[given.name])] : []
}

function translation(name: string, options: Option[]): Operation | undefined {
  const outcome = natOutcome(name, options)
  return outcome && end(outcome)
}

/** Source: linux/net/netfilter/xt_NFQUEUE.c. QUEUE means the queue 0. */
function queuesOf(options: readonly Option[]): Queues {
  const words = options.find(({ name }) => name === '--queue-num' || name === '--queue-balance')?.args[0] ?? '0'
  const [first = Number.NaN, last = first] = words.split(':').map(Number)
  const numbers = Number.isInteger(first) && Number.isInteger(last) ? ([first, last] as const) : undefined
  return { numbers, bypass: has(options, '--queue-bypass') }
}

/** A program decides, or a target that is not modelled. */
function handedOver(name: string, options: readonly Option[], scope: Scope): Operation {
  const words = options.map((option) => [option.name, ...option.args].join(' ')).join(' ')
  const key = `target ${scope.id} ${name} ${words}`
  if (name === 'NFQUEUE' || name === 'QUEUE') {
    const message = `A program decides on the packet: -j ${name} ${words}`.trim()
    return end(queued(queuesOf(options), `queue ${words}`, `${message}.`, scope.packetQueues))
  }
  if (name === 'TPROXY') {
    const port = Number(options.find((option) => option.name === '--on-port')?.args[0] ?? 0)
    const message = 'A transparent proxy takes the packet, if one runs; else it is dropped.'
    const { value, mask } = masked(options.find((option) => option.name === '--tproxy-mark')?.args[0] ?? '0/0') ?? none
    const learn = (packet: Packet): Packet =>
      packet.mark === undefined ? packet : { ...packet, mark: ((packet.mark & ~mask) ^ value) >>> 0 }
    const why = { ...unknown('other', `tproxy ${words}`, message), learn }
    const taken: Outcome = { to: 'open', as: 'drop', goesOn: 'accept', why }
    return {
      does: 'choose',
      choose: ({ packet }) => [proxyListens(scope.listeners, port, packet) ? taken : { to: 'unread' }],
    }
  }
  const message = `What “-j ${name}${words && ` ${words}`}” does to a packet is not known.`
  return end({ to: 'open', as: 'drop', goesOn: 'continue', why: unknown('statement', key, message) })
}
