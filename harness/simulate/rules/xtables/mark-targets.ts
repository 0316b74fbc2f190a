import type { Operation } from '../compiled.ts'
import { withMark } from '../nft/change.ts'
import { isTracked } from '../tracking.ts'
import { masked } from './options.ts'
import type { Option } from './words.ts'

type Mark = number | undefined

const argument = (options: readonly Option[], ...names: string[]): string | undefined =>
  options.find(({ name }) => names.includes(name))?.args[0]
const has = (options: readonly Option[], wanted: string): boolean => options.some(({ name }) => name === wanted)

/**
 * `-j MARK`, `-j CONNMARK`; undefined where its options cannot be read. Source: linux/net/netfilter/xt_mark.c,
 * xt_connmark.c.
 */
export function markOperation(name: string, options: readonly Option[]): Operation | undefined {
  const set = setter(options)
  if (name === 'MARK' && set)
    return { does: 'change', change: ({ packet }) => withMark(packet, 'mark', set(packet.mark)) }
  if (name !== 'CONNMARK') return undefined
  if (set) {
    return {
      does: 'change',
      change: (context) =>
        isTracked(context) ? withMark(context.packet, 'ctMark', set(context.packet.ctMark)) : context.packet,
    }
  }
  return between(options)
}

/** A mark's new value; an unknown mark stays unknown unless all of its bits are set. */
function setter(options: readonly Option[]): ((mark: Mark) => Mark) | undefined {
  const exclusive = argument(options, '--set-xmark')
  const plain = argument(options, '--set-mark')
  const [or, and, xor] = ['--or-mark', '--and-mark', '--xor-mark'].map((name) => argument(options, name))
  const text = exclusive ?? plain ?? or ?? and ?? xor
  const found = text === undefined ? undefined : masked(text)
  if (!found) return undefined
  const { value, mask } = found
  if (exclusive !== undefined) return combine(mask, value)
  if (plain !== undefined) return combine((mask | value) >>> 0, value)
  if (or !== undefined) return combine(value, value)
  return and !== undefined ? combine(~value >>> 0, 0) : combine(0, value)
}

/** Clears some bits and flips others. */
const combine =
  (cleared: number, turned: number) =>
  (mark: Mark): Mark =>
    cleared === 0xffffffff ? turned : mark === undefined ? undefined : ((mark & ~cleared) ^ turned) >>> 0

/** Copies the packet's mark to the connection's, or back. */
function between(options: readonly Option[]): Operation | undefined {
  const save = has(options, '--save-mark')
  if (!save && !has(options, '--restore-mark')) return undefined
  const mask = argument(options, '--mask')
  const [packetMask, connectionMask] = ['--nfmask', '--ctmask'].map((name) =>
    Number(argument(options, name) ?? mask ?? 0xffffffff),
  )
  if (!Number.isInteger(packetMask) || !Number.isInteger(connectionMask)) return undefined
  const [from, to] = save ? (['mark', 'ctMark'] as const) : (['ctMark', 'mark'] as const)
  const [read, written] = save ? [packetMask!, connectionMask!] : [connectionMask!, packetMask!]
  return {
    does: 'change',
    change: (context) => {
      const { packet } = context
      if (!isTracked(context)) return packet
      const value = packet[from]
      const old = written >>> 0 === 0xffffffff ? 0 : packet[to]
      const mark = value === undefined || old === undefined ? undefined : ((old & ~written) ^ (value & read)) >>> 0
      return withMark(packet, to, mark)
    },
  }
}
