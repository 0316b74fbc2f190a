import type { PolicyRule } from '../evidence/facts.ts'
import type { traceEnds, traceSteps } from '../scenario/terms.ts'
import type { Doubt, RuleStep } from './rules/index.ts'

/** What a flow is for, as users name it when it fails. */
export type FlowKind =
  | 'egress'
  | 'names'
  | 'published'
  | 'peer'
  | 'isolation'
  | 'host-service'
  | 'host-egress'
  | 'forwarded'

/** Where a flow's first packet starts. */
export type Origin =
  | { at: 'container'; container: string }
  | { at: 'host' }
  /** Beyond one of the host's devices: the internet, or a guest on a bridge. */
  | { at: 'outside'; device: string }

/** One connection or datagram that Docker's users expect to pass, or that Docker is to block. */
export interface Flow {
  kind: FlowKind
  from: Origin
  /** The container that sends, or that receives where a port is published; '' where there is none. */
  container: string
  /** The Docker network that the flow is about, and its bridge. */
  network: string
  bridge: string
  /** Empty where the kernel chooses the source. */
  source: string
  address: string
  /** 0 for ICMP. */
  port: number
  protocol: 'tcp' | 'udp' | 'icmp'
  /** `full`: packets as large as the sender's link allows, both ways. */
  size: 'small' | 'full'
  /** Whether the flow should pass. `unknown`: nothing on the host decides that. */
  ought: 'pass' | 'die' | 'unknown'
  /** For people: `port 8080/tcp published by web, from outside`. */
  title: string
}

export type Location = (typeof traceSteps)[number]
export type End = (typeof traceEnds)[number]

/** One step of a packet's path; steps are in order. */
export interface PathStep {
  way: 'out' | 'back'
  location: Location
  /** The packet's device at this step; '' where there is none. */
  device: string
  /** What the host did with the packet there, for people. */
  message: string
  /** The device of the route that `message` names. */
  output?: string
  /** `message` shows only that rules let the packet through. */
  letThrough?: true
  rules: RuleStep[]
}

/** A kernel setting, a route or a link, as its own command names it: `net.ipv4.conf.wan0.forwarding`. */
export interface Setting {
  name: string
  value: string
  /** The container whose network namespace has it; undefined for the host's. */
  inside?: string
}

/** The point at which a packet ends, and why. */
export interface Drop {
  way: 'out' | 'back'
  location: Location
  end: Exclude<End, 'answered' | 'refused' | 'passes' | 'unclear'>
  /** Why, for people: one sentence without the flow's name. */
  message: string
  rule?: RuleStep
  /** Where a rule ends it: the device that the packet came in by, or is to leave by. */
  device?: string
  /** The rule that sent the packet there, where another rule ends it. */
  because?: RuleStep
  /** What ends the packet. */
  setting?: Setting
  /** The routing rule, other than a default one, that led to the route or away from it. */
  policy?: PolicyRule
  /** The index of its step in the walk's path. */
  step?: number
  /** The address that cannot be routed, or the source that a check refuses. */
  address?: string
  /** The neighbour without a known hardware address. `isNamed`: `message` shows that it does not answer. */
  neighbour?: { address: string; isNamed: boolean }
  /**
   * A rule has sent the packet to an address of no container, or to a port that its container does not serve. `holder`:
   * the other container that has the address.
   */
  misled?: { by: RuleStep; address: string; holder?: string }
  /** `message` shows that the answer is lost. */
  namesAnswer?: true
}

/** The simulated path of a flow through the host. */
export interface Walk {
  flow: Flow
  /** `unclear`: the end depends on something unknown. */
  end: 'passes' | 'dies' | 'unclear'
  /** Where the flow ends first; where an unclear flow may end. */
  drop?: Drop
  /** What would end the flow further on, if the first drop were not there. */
  masked: readonly Drop[]
  /** What is unknown. */
  doubts: readonly Doubt[]
  path: readonly PathStep[]
}
