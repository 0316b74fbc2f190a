import type { Packet } from '../packet.ts'
import type { Operation } from './compiled.ts'
import { isTracked } from './tracking.ts'

/** Sets a packet's time to live, or takes from it. What nobody has set is long enough, and stays so. */
export const liveFor = (family: 4 | 6, left: (now: number | undefined) => number | undefined): Operation => ({
  does: 'change',
  change: ({ packet }, step) => {
    if (packet.family !== family) return packet
    const now = left(packet.life?.left)
    return now === undefined ? packet : { ...packet, life: { left: Math.max(0, now), by: step() } }
  },
})

/**
 * Puts a packet into a zone of conntrack's: that of its own direction, that in which its answers are looked for, or both.
 * One that conntrack has seen, or another rule has put into one, stays where it is. Source: linux/net/netfilter/xt_CT.c, nft_ct.c.
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

/** Whether a packet has some time to live left, between two values; undefined where that is not known. */
export function lifeIsWithin({ life }: Packet, low: number, high: number): boolean | undefined {
  if (life) return life.left >= low && life.left <= high
  if (high < shortestLife) return false
  return low <= shortestLife && high >= 255 ? true : undefined
}

// Systems begin with 64 or more, and no path is longer than 30 routers.
const shortestLife = 30
