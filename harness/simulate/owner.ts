import type { Facts } from '../evidence/facts.ts'
import { readIntent } from './intent.ts'
import type { RuleStep } from './rules/index.ts'

/** Who made a rule, and by which documented mark it is known; `unknown` where it bears none. */
export interface Owner {
  who: string
  by: string
}

export interface RuleAt {
  /** `ip filter`, `inet firewalld`. */
  table: string
  chain: string
  /** Empty for a chain's policy. */
  rule: string
  backend: 'nft' | 'legacy'
}

// A name says nothing but where it is documented as one program's own.
const chains: [RegExp, string, string][] = [
  // Docker's documentation leaves this chain to the admin. Source: docs.docker.com, "Packet filtering and firewalls".
  [/^DOCKER-USER$/, 'admin', 'DOCKER-USER is the chain that Docker leaves to the admin'],
  [/^DOCKER(-|$)/, 'Docker', 'the chain bears Docker’s name'],
  [/^KUBE-/, 'kube-proxy', 'KUBE- is kube-proxy’s prefix'],
  [
    /^(FWD[IO]?_|FORWARD_(IN|OUT|direct|POLICIES)|IN_|POST_|PRE_|INPUT_ZONES)/,
    'firewalld',
    'the chain is one of firewalld’s',
  ],
  [/^ufw6?-/, 'ufw', 'ufw- is ufw’s prefix'],
  [/^LIBVIRT_/, 'libvirt', 'LIBVIRT_ is libvirt’s prefix'],
  [/^(CNI-|NETAVARK)/, 'CNI', 'the chain is one of a container network plugin’s'],
  [/^(cali-|CILIUM_)/, 'CNI', 'the chain is one of a network plugin’s'],
  [/^f2b-/, 'fail2ban', 'f2b- is fail2ban’s prefix'],
  [/^ts-/, 'tailscale', 'ts- is tailscale’s prefix'],
]
const tables: [RegExp, string, string][] = [
  [/^\S+ firewalld(_|$)/, 'firewalld', 'the table is firewalld’s own'],
  [/^\S+ docker-bridges$/, 'Docker', 'the table is Docker’s own'],
  [/^\S+ kube-proxy$/, 'kube-proxy', 'the table is kube-proxy’s own'],
  [/^\S+ libvirt_network$/, 'libvirt', 'the table is libvirt’s own'],
  [/^\S+ (f2b-table)$/, 'fail2ban', 'the table is fail2ban’s own'],
]

/** Who made the rule of a step, or set the policy that it names. */
export const ownerOfStep = (step: RuleStep, facts: Facts): Owner =>
  ownerOf({ ...step, rule: step.rule.startsWith('policy ') ? '' : step.rule }, facts)

/** Who made a rule, by documented marks alone; `unknown` where it bears none. */
export function ownerOf({ table, chain, rule, backend }: RuleAt, facts: Facts): Owner {
  for (const [pattern, who, by] of tables) if (pattern.test(table)) return { who, by }
  for (const [pattern, who, by] of chains) if (pattern.test(chain)) return { who, by }
  const saved = savedIn({ table, chain, rule, backend }, facts)
  if (saved) return saved
  const target = rule.match(/(?:-[jg]|jump|goto) (\S+)/)?.[1] ?? ''
  for (const [pattern, who, by] of chains)
    if (pattern.test(target))
      return who === 'admin'
        ? { who: 'Docker', by: 'it leads into DOCKER-USER' }
        : { who, by: by.replace('the chain', 'the chain it leads to') }
  const policy = rule === '' && chain === 'FORWARD' && table === 'ip filter' && policyOf(backend, facts)
  if (policy) return policy
  if (rule === '' && table.endsWith(' filter') && leadsToUfw(chain, backend, facts))
    return { who: 'ufw', by: 'ufw sets the policy of the chains that lead to its own' }
  // dockerd makes rules that accept and translate for its bridges; one that drops there is not of its making.
  const words = /^-A .* -j (ACCEPT|MASQUERADE)\b/.test(rule) ? new Set(rule.split(/[\s"]+/)) : undefined
  const bridge = words && facts.docker.networks.find((network) => words.has(network.bridge))
  if (bridge) return { who: 'Docker', by: `it is of the form that dockerd makes for ${bridge.bridge}` }
  if (rule.includes('--comment') || rule.includes('comment "')) {
    const comment = rule.match(/comment "([^"]*)"|--comment (\S+)/)
    return { who: 'unknown', by: `of unknown origin; its comment says “${comment?.[1] ?? comment?.[2]}”` }
  }
  return { who: 'unknown', by: 'of unknown origin: no program’s mark is on it' }
}

const leadsToUfw = (chain: string, backend: RuleAt['backend'], { xtables }: Facts): boolean =>
  xtables[backend].rules.some(
    (each) => each.table === 'filter' && each.chain === chain && / -j ufw-before-/.test(each.text),
  )

/** Docker's part in the policy of FORWARD, where it has one. Source: docs.docker.com, "Docker on a router". */
function policyOf(backend: 'nft' | 'legacy', facts: Facts): Owner | undefined {
  if (!readIntent(facts).programsIptables) return undefined
  // dockerd speaks to the backend that `iptables` is.
  const current = facts.iptables.version.includes('legacy') ? 'legacy' : 'nft'
  const chains = facts.xtables[backend].chains.some((each) => each.table === 'filter' && each.chain === 'DOCKER-USER')
  if (backend !== current)
    return chains
      ? {
          who: 'Docker',
          by: 'Docker’s chains stand in this backend as well, and `iptables` is the other one now: they were left behind',
        }
      : undefined
  const by = 'dockerd sets the policy of FORWARD to DROP when it turns forwarding on, and no saved rules do'
  return facts.docker.server !== '' || chains ? { who: 'Docker', by } : undefined
}

/** The service that loads a file at boot, where the file holds the rule. */
function savedIn({ table, chain, rule }: RuleAt, { savedRules }: Facts): Owner | undefined {
  const policy = new RegExp(`^:${literal(chain)} (DROP|REJECT)\\b`)
  for (const { file, line } of savedRules) {
    if (file.includes('nftables')) {
      const own = line.match(/^(?:add )?table (\S+ \S+)/)?.[1]
      if (own === table) return { who: 'nftables.service', by: `${file} makes the table` }
    } else if (rule === '' ? policy.test(line) : line === rule)
      return { who: 'iptables.service', by: `${file} holds it` }
  }
  return undefined
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
