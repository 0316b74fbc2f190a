import type { Ipset, Listener } from '../../../evidence/facts.ts'
import type { Context, Test } from '../compiled.ts'
import { not, type Unknown, unknown } from '../truth.ts'
import type { Option } from './words.ts'

/** What an iptables rule can refer to. */
export interface Scope {
  family: 4 | 6
  table: string
  chain: string
  /** Of this rule alone. */
  id: string
  ipsets: Readonly<Record<string, Ipset>>
  /** The queues that programs read; undefined where that is not known. */
  packetQueues?: readonly number[] | undefined
  /** The sockets on which programs of the host listen; undefined where they are not known. */
  listeners?: readonly Listener[] | undefined
  /** Sets that rules add to. */
  written: ReadonlySet<string>
  /** The rule's packet counter. */
  packets?: number
}

/** The options of a match; those that no test used are unknown conditions. */
export class Options {
  private readonly left: Option[]
  readonly match: string
  readonly scope: Scope

  constructor(match: string, options: readonly Option[], scope: Scope) {
    this.match = match
    this.left = [...options]
    this.scope = scope
  }

  take(...names: string[]): Option | undefined {
    const at = this.left.findIndex(({ name }) => names.includes(name))
    return at < 0 ? undefined : this.left.splice(at, 1)[0]
  }

  /** A condition for an option's first argument, inverted where negated. None where the option is absent. */
  test(name: string, make: (argument: string, negated: boolean) => Test | undefined): Test[] {
    const option = this.take(name)
    if (!option) return []
    const test = make(option.args[0] ?? '', option.negated)
    if (!test) return [this.notModelled(option)]
    return [option.negated ? (context: Context) => not(test(context)) : test]
  }

  rest(): Test[] {
    return this.left.splice(0).map((option) => this.notModelled(option))
  }

  private notModelled(option: Option): Test {
    const why = unmodelled(this.match, this.scope, printed(option))
    return () => why
  }
}

const printed = ({ negated, name, args }: Option): string => [...(negated ? ['!'] : []), name, ...args].join(' ')

const settles: Record<string, string> = { policy: 'ip xfrm policy', time: 'date', recent: 'head /proc/net/xt_recent/*' }

/** The unknown condition for a match that is not modelled. */
export function unmodelled(
  match: string,
  { id }: Scope,
  options: string,
  kind: Unknown['kind'] = 'statement',
): Unknown {
  const message = `Whether a packet matches “-m ${match}${options && ` ${options}`}” is not known.`
  return unknown(kind, `${id} -m ${match} ${options}`, message, settles[match])
}

/** `a:b`, `a`, `a:`, `:b` as an interval; undefined for other text. */
export function intervalOf(text: string, highest: number, separator = ':'): [number, number] | undefined {
  const [low = '', high = low] = text.split(separator)
  const [from, to] = [low === '' ? 0 : Number(low), high === '' ? highest : Number(high)]
  return Number.isInteger(from) && Number.isInteger(to) ? [from, to] : undefined
}

/** `value/mask` of marks; without a mask all bits count. */
export function masked(text: string): { value: number; mask: number } | undefined {
  const [value, mask] = text.split('/').map(Number)
  if (value === undefined || !Number.isInteger(value) || (mask !== undefined && !Number.isInteger(mask)))
    return undefined
  return { value: value >>> 0, mask: (mask ?? 0xffffffff) >>> 0 }
}
