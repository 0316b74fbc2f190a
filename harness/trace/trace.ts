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
  verdict: 'accept' | 'drop' | 'reject' | 'translate'
  owner: Owner
}

/** `ingress` and `egress` are a device's own, before and behind IP. */
export const hooks = ['ingress', 'prerouting', 'input', 'forward', 'output', 'postrouting', 'egress'] as const
export type Hook = (typeof hooks)[number]

/** Where a packet passes by, in order; the way back is the same in reverse. */
export const locations = traceSteps.filter((location) => location !== 'input' && location !== 'output')
export type Location = (typeof traceSteps)[number]

/** One place on the packet's way: green until it dies, and nothing after. */
export interface Station {
  way: 'out' | 'back'
  location: Location
  state: 'passed' | 'dead' | 'unreached' | 'unknown'
  /** What the host did there, for a person. */
  message: string
  rules: TracedRule[]
}

/** How a trace ends. All but `answered`, `refused`, `passes` and `unclear` tell where the packet died. */
export type End = (typeof traceEnds)[number]

/** What is to be sent, and from where: from a container unless `from` says otherwise. */
export interface Flow {
  container: string
  network: string
  bridge: string
  /** IPv4, of the sender; empty where the kernel chooses it. */
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
  /** For people, where more than one is followed. */
  title?: string
}

/** One packet followed on its way and, where it got an answer, back. */
export interface Trace {
  flow: Flow
  /** `packets`: a real one was followed. `rules`: one was simulated. */
  by: 'packets' | 'rules'
  end: End
  /** Where it ended, `back` for the way of the answer; absent where it got through. */
  at?: { way: 'out' | 'back'; location: Location }
  /** The rule that ended it, where it was one. */
  terminatingRule?: TracedRule
  /** One sentence for a person. */
  summary: string
  stations: Station[]
}

/** Whether the packet, or its answer, did not get through. */
export const isDead = ({ end }: Pick<Trace, 'end'>): boolean =>
  !['answered', 'refused', 'passes', 'unclear'].includes(end)

/** The container that sends; undefined where it is none. */
export const containerOf = ({ container, from }: Flow): string | undefined =>
  from === undefined ? container : from.at === 'container' ? from.container : undefined

/** Who sends, for people. */
export const senderOf = (flow: Flow): string =>
  containerOf(flow) ?? (flow.from?.at === 'host' ? 'the host' : 'somebody outside')
