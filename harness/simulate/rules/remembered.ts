import type { Packet } from '../packet.ts'
import type { Operation } from './compiled.ts'
import { isTracked } from './tracking.ts'

/** Sets a packet's time to live, or reduces it. A time to live that no rule has set is long enough, and stays so. */
export const liveFor = (family: 4 | 6, left: (now: number | undefined) => number | undefined): Operation => ({
  does: 'change',
  change: ({ packet }, step) => {
    if (packet.family !== family) return packet
    const now = left(packet.life?.left)
    return now === undefined ? packet : { ...packet, life: { left: Math.max(0, now), by: step() } }
  },
})

/**
 * Puts a packet into a conntrack zone: that of its own direction, that of its answers, or both. A packet that conntrack
 * has seen, or that already has a zone, keeps its zone. Source: linux/net/netfilter/xt_CT.c, nft_ct.c.
 */
export const trackIn = (id: number, direction?: 'original' | 'reply'): Operation => ({
  does: 'change',
  change: (context, step): Packet =>
    isTracked(context) || context.packet.zone || context.packet.state === 'untracked'
      ? context.packet
      : {
          ...context.packet,
          zone: { own: direction === 'reply' ? 0 : id, answers: direction === 'original' ? 0 : id, by: step() },
        },
})

/** Whether a packet's time to live is between two values; undefined where that is unknown. */
export function lifeIsWithin({ life }: Packet, low: number, high: number): boolean | undefined {
  if (life) return life.left >= low && life.left <= high
  if (high < shortestLife) return false
  return low <= shortestLife && high >= 255 ? true : undefined
}

// Systems start with 64 or more, and paths have at most 30 routers.
const shortestLife = 30
