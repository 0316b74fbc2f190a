import type { SilentNeighbour } from './neighbours.ts'

/** What a flow's sender got back. */
export interface Answer {
  code: number
  /** The sender's output. */
  text: string
  /** Whether the sender has printed that it has begun. */
  begun: boolean
  /** The kernel's route lookup for the flow. */
  route: string
  /** The same for an answer that the host itself makes. */
  back: string
  /** Neighbours that did not answer, in the host's and the sender's tables. */
  silent: readonly SilentNeighbour[]
  /** The same in the table of the receiving container, where that was read. */
  silentThere: readonly SilentNeighbour[]
}

export const isAnswered = ({ code, text }: Answer): boolean =>
  // A sender that gets this error sends smaller packets.
  code === 0 || /frag needed|message too long/i.test(text)
export const isRefused = ({ text }: Answer): boolean => /refused/i.test(text)
/** The connection was made, but what followed got no answer. */
export const isHalf = ({ code, text }: Answer): boolean => code === 75 || /connect: connection reset/i.test(text)
/** The connection was made and took the request, but no answer came. */
export const isMute = ({ code }: Answer): boolean => code === 76
/** The sender's time ended before an answer came. Source: timeout(1). */
export const isTimedOut = ({ code }: Answer): boolean => code === 124 || code === 137
/** The sender's time ended before it sent anything: the host is busy. */
export const isLate = (answer: Answer): boolean => isTimedOut(answer) && !answer.begun
/** The sender itself could not be run. */
export const isUnsent = ({ code, text }: Answer): boolean =>
  code === 126 || code === 127 || /^nsenter: |failed to execute/m.test(text)
/** The sender's own stack has no route. */
export const isUnrouted = ({ text }: Answer): boolean =>
  /unreachable|no route|permission denied|invalid argument/i.test(text)
