import type { Packet } from '../packet.ts'
import { isTransfer } from './transfers.ts'
import { type Truth, unknown } from './truth.ts'

// The simulation judges one connection whose packets come one by one, which never exceeds a generous limit. Other
// traffic of the host may use up a smaller one.
const plentyOfPackets = 10
const plentyOfBytes = 100_000

// A transfer sends its packets in bursts. Where a limit takes only a few at a time, it loses most of them, whatever
// the rate.
const burstOfTransfer = 32
// Source: xt_limit(8), xt_hashlimit(8); nftables, parser_bison.y, limit_burst_pkts.
const usualBurst = 5

const seconds: Record<string, number> = {
  second: 1,
  sec: 1,
  minute: 60,
  min: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
}

export interface Rate {
  amount: number
  /** `second`, `min`, … */
  per: string
  /** Packets, where absent. */
  unit?: string
  /** How many packets it takes at once; 5, where absent. */
  burst?: number
}

const bytes: Record<string, number> = { bytes: 1, kbytes: 1024, mbytes: 1024 ** 2, gbytes: 1024 ** 3 }

/** Whether a packet is within a rate. `text`: the limit as people read it; `key`: equal for equal limits. */
export function withinRate(
  { amount, per, unit, burst = usualBurst }: Rate,
  text: string,
  key: string,
): (packet: Packet) => Truth {
  const span = seconds[per]
  const size = unit === undefined || unit === 'packets' ? 1 : bytes[unit]
  const plenty = size === 1 && unit !== 'bytes' ? plentyOfPackets : plentyOfBytes
  const counts = plenty === plentyOfPackets
  if (span === undefined || size === undefined || (amount * size) / span < plenty) {
    const used = unknown('limit', key, `Whether ${text} is used up depends on other traffic.`)
    return () => used
  }
  if (!counts || burst >= burstOfTransfer) return () => true
  const message = `Whether ${text} in bursts of ${burst} stops a transfer depends on how its packets come.`
  const inBursts = unknown('limit', `${key} burst`, message)
  return (packet) => (isTransfer(packet) ? inBursts : true)
}

/** Whether at most so many connections are open; certain where the whole host has fewer, and for a limit of 0. */
export function withinCount(limit: number, open: number | undefined, text: string, key: string): Truth {
  // The judged connection itself counts. Source: linux/net/netfilter/nf_conncount.c.
  if (limit === 0) return false
  if (open !== undefined && open < limit) return true
  return unknown('limit', key, `Whether ${text} is reached depends on the connections that are open.`, 'conntrack -C')
}

/** The number of bytes in `10 mbytes`; undefined for an unknown unit. */
export function bytesOf(amount: number, unit = 'bytes'): number | undefined {
  const size = bytes[unit]
  return size === undefined ? undefined : amount * size
}
