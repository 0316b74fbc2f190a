import type { Facts } from '../evidence/facts.ts'
import { fermPolicyFile } from './ferm.ts'
import { currentBackend, readIntent } from './intent.ts'
import { closedAddress } from './own-address.ts'
import type { RuleStep } from './rules/index.ts'

/** Who made a rule, and the documented mark that shows it; `unknown` where the rule has none. */
export interface Owner {
  who: string
  by: string
  /** The file that the rule is loaded from. */
  file?: string
}

export interface RuleAt {
  /** `ip filter`, `inet firewalld`. */
  table: string
  chain: string
  /** Empty for a chain's policy. */
  rule: string
  backend: 'nft' | 'legacy'
}

// A name proves nothing unless it is documented as one program's own.
const chains: [RegExp, string, string][] = [
  // Docker's documentation leaves this chain to the admin. Source: docs.docker.com, "Packet filtering and firewalls".
  [/^DOCKER-USER$/, 'admin', 'Docker leaves the chain DOCKER-USER to the administrator'],
  [/^DOCKER(-|$)/, 'Docker', 'the chain has Docker’s name'],
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

/** Who made a step's rule, or set its policy. */
export const ownerOfStep = (step: RuleStep, facts: Facts): Owner =>
  ownerOf({ ...step, rule: step.rule.startsWith('policy ') ? '' : step.rule }, facts)

/** Who made a rule, by documented marks only; `unknown` where the rule has none. */
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
  const ferm = rule === '' && backend === 'legacy' && table === 'ip filter' && fermPolicyFile(chain, facts)
  if (ferm) return { who: 'ferm.service', by: `${ferm} sets it`, file: ferm }
  const policy = rule === '' && chain === 'FORWARD' && table === 'ip filter' && policyOf(backend, facts)
  if (policy) return policy
  if (rule === '' && table.endsWith(' filter') && leadsToUfw(chain, backend, facts))
    return { who: 'ufw', by: 'ufw sets the policies of the chains that jump to its own' }
  // dockerd's other rules for its bridges accept and translate; a rule that drops there is not dockerd's.
  const words = /^-A .* -j (ACCEPT|MASQUERADE)\b/.test(rule) ? new Set(rule.split(/[\s"]+/)) : undefined
  const closed = closedAddress({ table, rule })?.bridge
  const bridge = facts.docker.networks.find((network) => words?.has(network.bridge) || network.bridge === closed)
  if (bridge) return { who: 'Docker', by: `it has the form of dockerd’s rules for ${bridge.bridge}` }
  if (rule.includes('--comment') || rule.includes('comment "')) {
    const comment = rule.match(/comment "([^"]*)"|--comment (\S+)/)
    return { who: 'unknown', by: `of unknown origin; its comment says “${comment?.[1] ?? comment?.[2]}”` }
  }
  return { who: 'unknown', by: 'of unknown origin: it has no program’s mark' }
}

const leadsToUfw = (chain: string, backend: RuleAt['backend'], { xtables }: Facts): boolean =>
  xtables[backend].rules.some(
    (each) => each.table === 'filter' && each.chain === chain && / -j ufw-before-/.test(each.text),
  )

/** Docker's part in FORWARD's policy, where it has one. Source: docs.docker.com, "Docker on a router". */
function policyOf(backend: 'nft' | 'legacy', facts: Facts): Owner | undefined {
  if (!readIntent(facts).programsIptables) return undefined
  // dockerd uses the backend that `iptables` stands for.
  const current = currentBackend(facts)
  const chains = facts.xtables[backend].chains.some((each) => each.table === 'filter' && each.chain === 'DOCKER-USER')
  if (backend !== current)
    return chains
      ? {
          who: 'Docker',
          by: 'Docker’s chains are in this backend too, but `iptables` now uses the other one: they are left over',
        }
      : undefined
  const by = 'dockerd sets FORWARD’s policy to DROP when it turns on forwarding, and no saved rules set it'
  return facts.docker.server !== '' || chains ? { who: 'Docker', by } : undefined
}

/** The service that loads a file at boot, where that file holds the rule. */
function savedIn({ table, chain, rule }: RuleAt, { savedRules }: Facts): Owner | undefined {
  const policy = new RegExp(`^:${literal(chain)} (DROP|REJECT)\\b`)
  for (const { file, line } of savedRules) {
    if (file.includes('nftables')) {
      const own = line.match(/^(?:add )?table (\S+ \S+)/)?.[1]
      if (own === table) return { who: 'nftables.service', by: `${file} makes the table`, file }
    } else if (rule === '' ? policy.test(line) : line === rule)
      return { who: 'iptables.service', by: `${file} holds it`, file }
  }
  return undefined
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
