import type { Packet } from '../packet.ts'
import type { Truth, Unknown } from './truth.ts'
import type { Family, HookName, HostView, RuleStep } from './types.ts'

/** What a rule sees: the packet, and its hook and device. */
export interface Context {
  packet: Packet
  family: Family
  hook: HookName
  /** Of the base chain. */
  priority: number
  /** Of netdev's hooks. */
  device: string
  host: HostView
}

export type Test = (context: Context) => Truth

/** The packets that it may become: one where the translation is certain; none where it drops. */
export type Translate = (context: Context) => Packet[]

export type Outcome =
  /** `unread`: the packet waits for a program that does not run. */
  | { to: 'accept' | 'drop' | 'reject' | 'unread' | 'return' | 'continue' }
  | { to: 'jump' | 'goto'; chain: string }
  /** `scarce`: no port may be free for it, and the packet is dropped then. */
  | { to: 'translate'; translate: Translate; scarce?: Unknown }
  /** A program decides, or something that is not modelled: the packet goes on (`goesOn`) or ends here. */
  | { to: 'open'; as: 'queue' | 'drop' | 'stolen'; goesOn: 'accept' | 'continue'; why: Unknown }

/** One thing that a rule does; a rule's operations are in order. */
export type Operation =
  /** `interface`: the test is only for one interface's name; `only`: it holds for that name alone. */
  | { does: 'test'; test: Test; interface?: 'input' | 'output'; only?: string }
  /** `step`: the rule's step, for changes that the packet remembers as this rule's. */
  | { does: 'change'; change: (context: Context, step: () => RuleStep) => Packet }
  | { does: 'clamp' }
  | { does: 'end'; outcome: Outcome }
  /** A verdict map: no outcome where no element matches; several where the key is unknown. */
  | { does: 'choose'; choose: (context: Context) => Outcome[] | { why: Unknown; outcomes: Outcome[] } }

/** The rule ends so. */
export const end = (outcome: Outcome): Operation => ({ does: 'end', outcome })

export interface CompiledRule {
  /** The rule as people read it. */
  text: string
  handle?: number
  comment?: string
  operations: readonly Operation[]
}

export interface CompiledChain {
  name: string
  rules: readonly CompiledRule[]
  /** The rules without those for other interfaces. */
  seenBy(context: Context): CompiledChain
}

/** A base chain at a hook, with all chains of its table. */
export interface BaseChain {
  backend: 'nft' | 'legacy'
  /** The families of packets that the chain sees. */
  families: readonly Family[]
  table: string
  chain: CompiledChain
  chains: ReadonlyMap<string, CompiledChain>
  hook: HookName
  priority: number
  type: 'filter' | 'nat' | 'route'
  policy: 'accept' | 'drop'
  /** The devices of a netdev hook; undefined where unknown, or where the hook has none. */
  devices?: readonly string[]
  /** The chain has devices that the listing does not name. */
  devicesUnknown?: boolean
  /** Younger chains of equal priority come first. */
  age: number
}
