import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { type DroppedFlow, droppedFlows, isDropped } from '../../cause/drops.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import type { Facts, PolicyRule } from '../../evidence/facts.ts'
import { inPrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'
import { policyOf, ruleInWords } from '../../simulate/walk/next-hop.ts'

/** A routing rule sends containers' packets, or the answers to them, where they do not arrive. */
export const policyRoute = defineCause({
  id: 'policy-route',
  title: 'A routing rule sends containers’ packets the wrong way',
  needs: ['routing-rules', 'routes', 'sysctls', 'docker-networks'],
  byFlows: true,
  detect(facts) {
    const found = misrouted(facts)
    if (found.length === 0) return absent('no routing rule stops a flow that should work')
    const rules = rulesOf(facts)
    const names = rules.map((rule) => `${rule.priority} (${ruleInWords(rule)})`).join(', ')
    const { message } = found[0]!.drop
    // What the source check found does not name the rule.
    const words = filtersOf(facts).length
      ? `Routing rule ${names} sends packets of containers out by a link of its own, and the answers are lost: ${message}.`
      : `A routing rule leads packets of containers the wrong way: ${message}.`
    const tables = new Set(rules.map(({ table }) => table))
    const evidence: Evidence[] = [
      ...rules.map((rule) => ({ from: 'ip rule', line: `${rule.priority}: ${ruleInWords(rule)}` })),
      ...facts.routes
        .filter(({ table }) => tables.has(table))
        .slice(0, 8)
        .map(({ table, type, dst, dev }) => ({
          from: `ip route show table ${table}`,
          line: `${type === 'unicast' ? '' : `${type} `}${dst}${dev ? ` dev ${dev}` : ''}`,
        })),
      ...filtersOf(facts).map(({ name, value }) => ({ from: `sysctl ${name}`, line: `${name} = ${value}` })),
    ]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop) => isMisrouted(drop, facts)),
  remedies: {
    'containers-by-main-table': {
      title: 'Route packets to containers by the main table, ahead of that rule',
      steps: (facts) => {
        const [priority] = rulesOf(facts).map((rule) => rule.priority)
        return facts.docker.networks.flatMap(({ subnet }) => (subnet ? exempt(subnet, priority! - 1) : []))
      },
      cost: 'lasts until the next reboot; have what starts the VPN do the same',
      when: (facts) => everyDrop(facts, ({ drop }) => isForContainer(drop, facts)),
    },
    'remove-rule': {
      title: 'Remove the rule, which is about containers alone',
      steps: (facts) =>
        rulesOf(facts).map((rule) => {
          const words = ruleInWords(rule)
          const listed = `ip rule show priority ${rule.priority} | grep -qF '${words}'`
          return `! ${listed} || ip rule del ${words} priority ${rule.priority}`
        }),
      cost: 'whatever the rule was for; what set it at boot sets it again',
      when: (facts) =>
        everyDrop(facts, ({ drop }) => !isForContainer(drop, facts) && drop.policy !== undefined) &&
        rulesOf(facts).every((rule) => isAboutContainers(rule, facts)),
    },
    'loose-filter': {
      title: 'Accept packets by any link that has a route to their sender (rp_filter 2)',
      steps: (facts) => [
        `printf '%s\\n' ${filtersOf(facts)
          .map(({ name }) => `'${name} = 2'`)
          .join(' ')} >/etc/sysctl.d/99-zz-loose-filter.conf`,
        'sysctl -q -p /etc/sysctl.d/99-zz-loose-filter.conf',
      ],
      cost: 'packets with a forged sender may come in by that link',
      when: (facts) =>
        everyDrop(facts, ({ drop }) => isFiltered(drop) && drop.setting?.value === '1' && drop.policy === undefined),
    },
  },
  temptations: {
    'filter-off-for-all': {
      title: 'Set net.ipv4.conf.all.rp_filter to 0',
      steps: () => ['sysctl -w net.ipv4.conf.all.rp_filter=0'],
      cost: 'none',
      when: (facts) => filtersOf(facts).some(({ name }) => facts.sysctls[name] === '1'),
      why: 'The kernel takes the larger of that value and the link’s own, which stays 1.',
    },
    'accept-forward': acceptingForward({
      why: 'The kernel chooses the route before rules of FORWARD see the packet.',
    }),
    'restart-docker': restarting({
      why: 'dockerd leaves routing rules alone.',
    }),
  },
})

const isFiltered = ({ setting }: Drop): boolean => setting?.name.endsWith('.rp_filter') ?? false

/** Whether routing rules lead to this drop: by themselves, or because answers come in by another link than main's. */
const isMisrouted = (drop: Drop, facts: Facts): boolean =>
  drop.location === 'routing' && (drop.policy !== undefined || (isFiltered(drop) && outwardBy(drop, facts).length > 0))

const misrouted = oncePer((facts: Facts): DroppedFlow[] => droppedFlows(facts, (drop) => isMisrouted(drop, facts)))

const everyDrop = (facts: Facts, holds: (dropped: DroppedFlow) => boolean): boolean =>
  misrouted(facts).length > 0 && misrouted(facts).every(holds)

/** The rules whose table routes out by the link on which the source check drops the answer. */
function outwardBy({ way, setting }: Drop, { policyRules, routes }: Facts): PolicyRule[] {
  const device = setting?.name.split('.').at(-2)
  if (way !== 'back') return []
  return policyRules.filter(
    (rule) => policyOf(rule).policy && routes.some(({ table, dev }) => table === rule.table && dev === device),
  )
}

/** The rules to blame, first the one that the kernel meets first. */
function rulesOf(facts: Facts): PolicyRule[] {
  const all = misrouted(facts).flatMap(({ drop }) => drop.policy ?? outwardBy(drop, facts))
  return [...new Map(all.map((rule) => [`${rule.priority} ${ruleInWords(rule)}`, rule])).values()].sort(
    (a, b) => a.priority - b.priority,
  )
}

const filtersOf = (facts: Facts): { name: string; value: string }[] => [
  ...new Map(
    misrouted(facts).flatMap(({ drop }) =>
      isFiltered(drop) && drop.setting ? [[drop.setting.name, drop.setting] as const] : [],
    ),
  ).values(),
]

/** Whether the packet was on its way to a container, and the rule is for everybody. */
const isForContainer = ({ address, policy }: Drop, facts: Facts): boolean =>
  policy !== undefined &&
  !isAboutContainers(policy, facts) &&
  facts.docker.networks.some(({ subnet }) => subnet && address && inPrefix(address, subnet))

/** Whether a rule matches only what comes from containers. */
const isAboutContainers = ({ src, iif, not }: PolicyRule, { docker }: Facts): boolean =>
  !not && docker.networks.some(({ subnet, bridge }) => iif === bridge || (src && subnet && inPrefix(src, subnet)))

const exempt = (subnet: string, priority: number): string =>
  `ip rule show priority ${priority} | grep -qF 'to ${subnet} ' || ip rule add to ${subnet} lookup main priority ${priority}`
