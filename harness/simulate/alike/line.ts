import type { Word, Words } from './words.ts'

/** What a rule means for packets from one network to another. */
export interface Line {
  /** No such packet meets it. */
  idle: boolean
  /** The one network that its packets come from or go to; undefined where it matches others as well. */
  of: number | undefined
  /** The other networks that it names, without the elements of its sets. */
  others: readonly number[]
  text: string
  /** Chains that it jumps to, and the only network that it jumps for. */
  targets: readonly Target[]
  /** Elements of the sets and verdict maps in the rule itself. */
  elements: readonly string[]
  /** It computes with addresses, so that its words do not show which packets it matches. */
  computes: boolean
}

export interface Target {
  chain: string
  of: number | undefined
}

// The simulation checks isolation by a TCP connection from port 40000 to port 80.
const ports = new Set([80, 40_000])
const otherProtocols = new Set(['udp', 'icmp', 'udplite', 'sctp', 'ipv6-icmp', '1', '17'])

/** The networks that a rule's packets come from and go to, as far as its conditions make that certain. */
export class Ends {
  private idle = false
  private readonly of = new Set<number>()
  private readonly words: Words

  constructor(words: Words) {
    this.words = words
  }

  /** A condition on a packet's device or address, at its source or destination. */
  take(value: string): void {
    const word: Word | undefined = this.words.wordOf(value)
    if (!word) return
    this.idle ||= word.idle
    this.of.add(word.of)
  }

  takeProtocol(protocol: string): void {
    this.idle ||= otherProtocols.has(protocol)
  }

  takePort(port: number): void {
    this.idle ||= !ports.has(port)
  }

  line(text: string, rest: Pick<Line, 'targets' | 'elements' | 'computes'>): Line {
    const { of: spoken, text: read } = this.words.read(text)
    const [first] = this.of
    const of = this.of.size === 1 ? first : undefined
    return { idle: this.idle, of, others: spoken.filter((each) => each !== of), text: read, ...rest }
  }
}
