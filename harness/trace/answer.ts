import type { SilentNeighbour } from './neighbours.ts'

/** What the sender of a flow was told. */
export interface Answer {
  code: number
  /** What it printed. */
  text: string
  /** What the kernel says of the flow's route. */
  route: string
  /** The same of an answer that the host itself makes. */
  back: string
  /** Who did not answer for an address: of the host, and of the sender. */
  silent: readonly SilentNeighbour[]
  /** The same of the container that the flow came to, as far as that was looked into. */
  silentThere: readonly SilentNeighbour[]
}

export const isAnswered = ({ code, text }: Answer): boolean =>
  // Who is told that a packet is too large sends smaller ones.
  code === 0 || /frag needed|message too long/i.test(text)
export const isRefused = ({ text }: Answer): boolean => /refused/i.test(text)
/** The connection was made, and what followed was not answered. */
export const isHalf = ({ code, text }: Answer): boolean => code === 75 || /connect: connection reset/i.test(text)
/** The connection was made, its question was taken, and no answer to it came. */
export const isMute = ({ code }: Answer): boolean => code === 76
/** The sender itself could not be run. */
export const isUnsent = ({ code, text }: Answer): boolean =>
  code === 126 || code === 127 || /^nsenter: |failed to execute/m.test(text)
/** The sender's own stack has no way for it. */
export const isUnrouted = ({ text }: Answer): boolean =>
  /unreachable|no route|permission denied|invalid argument/i.test(text)
