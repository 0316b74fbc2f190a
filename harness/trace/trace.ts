import { type traceEnds, traceSteps } from '../scenario/terms.ts'
import type { Flow as SimulatedFlow } from '../simulate/index.ts'
import type { Owner } from '../simulate/owner.ts'

/** A decision of the host's rules about a packet. */
export interface TracedRule {
  hook: Hook
  backend: 'nft' | 'legacy'
  /** `ip filter`, `inet firewalld`. */
  table: string
  chain: string
  /** As iptables-save or nft prints it, without counters; `policy drop` where no rule decided. */
  rule: string
  /** `change`: it changed the packet, which ended because of that. */
  verdict: 'accept' | 'drop' | 'reject' | 'translate' | 'change'
  owner: Owner
}

/** `ingress` and `egress` are a device's own hooks, before and after IP. */
export const hooks = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress'] as const
export type Hook = (typeof hooks)[number]

/** The locations on a packet's path, in order; the way back is the reverse. */
export const locations = traceSteps.filter((location) => location !== 'input' && location !== 'output')
export type Location = (typeof traceSteps)[number]

/** One location on the packet's path: passed until it dies, unreached after that. */
export interface Station {
  way: 'out' | 'back'
  location: Location
  state: 'passed' | 'dead' | 'unreached' | 'unknown'
  /** What the host did there, for a person. */
  message: string
  rules: TracedRule[]
}

/** How a trace ends. All but `answered`, `refused`, `passes` and `unclear` name where the packet died. */
export type End = (typeof traceEnds)[number]

/** What to send, and from where: from a container unless `from` is set. */
export interface Flow {
  container: string
  network: string
  bridge: string
  /** The sender's IPv4 address; empty where the kernel chooses it. */
  source: string
  /** IPv4. */
  address: string
  /** 0 for ICMP. */
  port: number
  protocol: 'tcp' | 'udp' | 'icmp'
  from?: SimulatedFlow['from']
  kind?: SimulatedFlow['kind']
  /** A packet as large as the sender's link allows. */
  size?: SimulatedFlow['size']
  ought?: SimulatedFlow['ought']
  /** A title for people, where several flows are followed. */
  title?: string
}

/** One packet's path and, where it got an answer, the answer's path back. */
export interface Trace {
  flow: Flow
  /** `packets`: a real packet was followed. `rules`: the packet was simulated. */
  by: 'packets' | 'rules'
  end: End
  /** Where it ended; `back` is the answer's way. Absent where it got through. */
  at?: { way: 'out' | 'back'; location: Location }
  /** The terminating rule, where there is one. */
  terminatingRule?: TracedRule
  /** One sentence for a person. */
  summary: string
  stations: Station[]
}

/** Whether the packet, or its answer, did not get through. */
export const isDead = ({ end }: Pick<Trace, 'end'>): boolean =>
  !['answered', 'refused', 'passes', 'unclear'].includes(end)

/** The container that sends; undefined where another machine sends. */
export const containerOf = ({ container, from }: Flow): string | undefined =>
  from === undefined ? container : from.at === 'container' ? from.container : undefined

/** The sender, for people. */
export const senderOf = (flow: Flow): string =>
  containerOf(flow) ?? (flow.from?.at === 'host' ? 'the host' : 'a sender outside')
