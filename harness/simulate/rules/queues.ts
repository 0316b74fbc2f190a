import type { Outcome } from './compiled.ts'
import { unknown } from './truth.ts'

/** The queues of one rule: `NFQUEUE --queue-num 0 --queue-bypass`, `queue flags bypass to 0-3`. */
export interface Queues {
  /** The first and the last. Undefined where a packet's own fields decide. */
  numbers: readonly [number, number] | undefined
  /** Where no program reads the queue, the packet goes on. */
  bypass: boolean
}

/**
 * What a queue does to a packet. A program that reads it decides; where none does, the packet is dropped. `read`: the queues
 * that programs read; undefined where that is not known. Source: linux/net/netfilter/nf_queue.c, nf_queue.
 */
export function queued(
  { numbers, bypass }: Queues,
  words: string,
  message: string,
  read: readonly number[] | undefined,
): Outcome {
  const isRead = numbers === undefined || (read?.some((each) => each >= numbers[0] && each <= numbers[1]) ?? true)
  if (!isRead) return { to: bypass ? 'accept' : 'unread' }
  const why = unknown('other', words, message, 'cat /proc/net/netfilter/nfnetlink_queue')
  return { to: 'open', as: 'queue', goesOn: 'accept', why }
}
