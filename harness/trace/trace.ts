import { type traceEnds, tracePlaces } from '../scenario/vocabulary.ts'
import type { Owner } from '../simulate/owner.ts'

/** A decision of the host's rules about a packet. */
export interface Hop {
  hook: Hook
  backend: 'nft' | 'legacy'
  /** `ip filter`, `inet firewalld`. */
  table: string
  chain: string
  /** As iptables-save or nft prints it, without counters; `policy drop` where no rule decided. */
  rule: string
  verdict: 'accept' | 'drop' | 'reject' | 'translate'
  owner: Owner
}

export const hooks = ['prerouting', 'input', 'forward', 'postrouting'] as const
export type Hook = (typeof hooks)[number]

/** Where a packet passes by, in order; the way back is the same in reverse. */
export const places = tracePlaces.filter((place) => place !== 'input' && place !== 'output')
export type Place = (typeof tracePlaces)[number]

/** One place on the packet's way: green until it dies, and nothing after. */
export interface Station {
  way: 'out' | 'back'
  place: Place
  state: 'passed' | 'dead' | 'unreached' | 'unknown'
  /** What the host did there, for a person. */
  says: string
  hops: Hop[]
}

/** How a trace ends. All but `answered`, `refused`, `passes` and `unclear` tell where the packet died. */
export type End = (typeof traceEnds)[number]

/** What is to be sent from which container. */
export interface Flow {
  container: string
  network: string
  bridge: string
  /** IPv4, of the container. */
  source: string
  /** IPv4. */
  address: string
  /** 0 for ICMP. */
  port: number
  protocol: 'tcp' | 'udp' | 'icmp'
}

/** One packet followed from a container towards the outside and, where it got an answer, back. */
export interface Trace {
  flow: Flow
  /** `packets`: a real one was followed. `rules`: one was simulated. */
  by: 'packets' | 'rules'
  end: End
  /** Where it ended, `back` for the way of the answer; absent where it got through. */
  at?: { way: 'out' | 'back'; place: Place }
  /** The rule that ended it, where it was one. */
  killer?: Hop
  /** One sentence for a person. */
  summary: string
  stations: Station[]
}

/** Whether the packet, or its answer, did not get through. */
export const isDead = ({ end }: Pick<Trace, 'end'>): boolean =>
  !['answered', 'refused', 'passes', 'unclear'].includes(end)
