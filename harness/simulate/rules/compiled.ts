import type { Packet } from '../packet.ts'
import type { Truth, Unknown } from './truth.ts'
import type { Family, HookName, HostView, RuleStep } from './types.ts'

/** What a rule sees: the packet, and where it is. */
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

/** Packets that it may become: one where the translation is certain; none where it drops. */
export type Translate = (context: Context) => Packet[]

export type Outcome =
  | { to: 'accept' | 'drop' | 'reject' | 'return' | 'continue' }
  | { to: 'jump' | 'goto'; chain: string }
  | { to: 'translate'; translate: Translate }
  /** A program or something that is not modelled decides: it goes on (`goesOn`), or ends here. */
  | { to: 'open'; as: 'queue' | 'drop' | 'stolen'; goesOn: 'accept' | 'continue'; why: Unknown }

/** One thing that a rule does, in its order. */
export type Operation =
  /** `interface`: it asks for nothing but the name of one interface; `only`: it holds for that name alone. */
  | { does: 'test'; test: Test; interface?: 'input' | 'output'; only?: string }
  /** `step`: the rule's own, for changes that are remembered as its doing. */
  | { does: 'change'; change: (context: Context, step: () => RuleStep) => Packet }
  | { does: 'clamp' }
  | { does: 'end'; outcome: Outcome }
  /** A verdict map: no outcome where no element matches; several where the key is not known. */
  | { does: 'choose'; choose: (context: Context) => Outcome[] | { why: Unknown; outcomes: Outcome[] } }

export interface CompiledRule {
  /** As people see it. */
  text: string
  handle?: number
  comment?: string
  operations: readonly Operation[]
}

export interface CompiledChain {
  name: string
  rules: readonly CompiledRule[]
  /** Without the rules that are for other interfaces. */
  seenBy(context: Context): CompiledChain
}

/** A chain that hangs on a hook, with all chains of its table. */
export interface BaseChain {
  backend: 'nft' | 'legacy'
  /** The families of packets that it is shown. */
  families: readonly Family[]
  table: string
  chain: CompiledChain
  chains: ReadonlyMap<string, CompiledChain>
  hook: HookName
  priority: number
  type: 'filter' | 'nat' | 'route'
  policy: 'accept' | 'drop'
  /** Devices of netdev's hooks; undefined where not known, or where the hook has none. */
  devices?: readonly string[]
  /** The listing does not name the devices of a chain that has some. */
  devicesUnknown?: boolean
  /** Younger chains of equal priority come first. */
  age: number
}
