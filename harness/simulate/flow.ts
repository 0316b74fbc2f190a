import type { traceEnds, traceSteps } from '../scenario/terms.ts'
import type { Doubt, RuleStep } from './rules/index.ts'

/** What a flow is for: what people would call it when it is dead. */
export type FlowKind = 'egress' | 'names' | 'published' | 'peer' | 'isolation' | 'host-service' | 'forwarded'

/** Where a flow's first packet starts. */
export type Origin =
  | { at: 'container'; container: string }
  | { at: 'host' }
  /** Somewhere behind a device of the host's: the internet, or a guest on a bridge. */
  | { at: 'outside'; device: string }

/** One connection or datagram that Docker's users expect, or that has to die. */
export interface Flow {
  kind: FlowKind
  from: Origin
  /** The container that sends or, of a published port, receives; '' where there is none. */
  container: string
  /** The Docker network it is about, and its bridge. */
  network: string
  bridge: string
  /** Empty where the kernel chooses it. */
  source: string
  address: string
  /** 0 for ICMP. */
  port: number
  protocol: 'tcp' | 'udp' | 'icmp'
  /** A packet as large as the sender's link allows, both ways; else a small one. */
  size: 'small' | 'full'
  /** Whether it ought to get through. `unknown`: nothing on the host says so. */
  ought: 'pass' | 'die' | 'unknown'
  /** For people: `published 8080/tcp of web, from outside`. */
  title: string
}

export type Location = (typeof traceSteps)[number]
export type End = (typeof traceEnds)[number]

/** One place on a packet's way, in order. */
export interface PathStep {
  way: 'out' | 'back'
  location: Location
  /** The device it is at; '' where none. */
  device: string
  /** What the host did there, for people. */
  message: string
  rules: RuleStep[]
}

/** Where a packet dies, and of what. */
export interface Drop {
  way: 'out' | 'back'
  location: Location
  end: Exclude<End, 'answered' | 'refused' | 'passes' | 'unclear'>
  /** One sentence, without the flow's name. */
  message: string
  rule?: RuleStep
  /** The rule that brought it there, where that is not the one that ends it. */
  because?: RuleStep
  /** A kernel setting, a route or a link that does it: `net.ipv4.conf.wan0.forwarding`. */
  setting?: { name: string; value: string }
}

/** A flow led through the host. */
export interface Walk {
  flow: Flow
  /** `unclear`: it depends on something that is not known. */
  end: 'passes' | 'dies' | 'unclear'
  /** Where it dies first; of an unclear one, where it may. */
  drop?: Drop
  /** What would end it further on, had the first not. */
  masked: readonly Drop[]
  /** What is not known. */
  doubts: readonly Doubt[]
  path: readonly PathStep[]
}
