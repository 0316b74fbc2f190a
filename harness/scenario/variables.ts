import { type Conditions, given } from './conditions.ts'
import type { Capability } from './terms.ts'

/** A condition that a sweep can vary. */
export interface Variable {
  /** The condition that it sets; `host`: the kind of host itself, and so engine, kernel and firewall at once. */
  sets: keyof Conditions | 'host'
  /** Its values as a person writes them, each with the value of the condition. Those of `host` depend on the scenario. */
  values: Readonly<Record<string, string | number | boolean>>
  /** What it is called in a sentence, with the value at the end or at `…`: `forward-policy drop`, `4 user networks`. */
  what: string
  /** What another value costs: 1, a start of dockerd; 2, a start of a firewall as well; 4, another image. */
  cost: 1 | 2 | 4
  /** The capabilities of a provider that can vary it; none: every provider can. */
  needs: readonly Capability[]
}

const onOff = { on: true, off: false }

/** The variables of a sweep, by the word for `--over`. */
export const variables = {
  proxy: { sets: 'userland-proxy', values: onOff, what: 'userland-proxy', cost: 1, needs: [] },
  policy: {
    sets: 'forward-policy',
    values: { drop: 'drop', accept: 'accept' },
    what: 'forward-policy',
    cost: 1,
    needs: [],
  },
  backend: { sets: 'xtables', values: { nft: 'nft', legacy: 'legacy' }, what: 'iptables backend', cost: 1, needs: [] },
  networks: {
    sets: 'networks',
    values: { '1': 1, '2': 2, '4': 4 },
    what: '… user networks',
    cost: 1,
    needs: [],
  },
  'live-restore': { sets: 'live-restore', values: { off: false, on: true }, what: 'live-restore', cost: 1, needs: [] },
  ipv6: { sets: 'ipv6', values: onOff, what: 'IPv6', cost: 1, needs: [] },
  'br-netfilter': { sets: 'br-netfilter', values: onOff, what: 'br_netfilter', cost: 1, needs: [] },
  'ip-forward': {
    sets: 'ip-forward',
    values: { off: false, on: true },
    what: 'net.ipv4.ip_forward … before Docker starts',
    cost: 1,
    needs: [],
  },
  firewalld: { sets: 'firewalld', values: { off: false, on: true }, what: 'firewalld', cost: 2, needs: [] },
  engine: { sets: 'host', values: {}, what: 'host', cost: 4, needs: ['systemd', 'docker'] },
} as const satisfies Record<string, Variable>

export type VariableName = keyof typeof variables

/** What a sweep varies where the command line names nothing: what a daemon.json or a firewall changes most often. */
export const usualVariables: readonly VariableName[] = ['proxy', 'policy', 'backend', 'live-restore']

/** Conditions with some of them set to other values, each by the word for it. */
export function withValues(conditions: Conditions, chosen: Readonly<Record<string, string>>): Conditions {
  const { 'ip-forward': forward, ...rest } = conditions
  // Forwarding that only follows the policy follows another policy too.
  const isOwn = forward !== (conditions['forward-policy'] === 'accept')
  const set = Object.entries(chosen).flatMap(([name, word]) => {
    const { sets, values }: Variable = variables[name as VariableName]
    return sets === 'host' ? [] : [[sets, values[word]] as const]
  })
  return given.parse({ ...rest, ...(isOwn && { 'ip-forward': forward }), ...Object.fromEntries(set) })
}

/** The word for the value that a variable has in these conditions, on this host. */
export function valueIn(name: VariableName, conditions: Conditions, host: string): string {
  const { sets, values }: Variable = variables[name]
  if (sets === 'host') return host
  const found = Object.entries(values).find(([, value]) => value === conditions[sets])
  return found?.[0] ?? String(conditions[sets])
}
