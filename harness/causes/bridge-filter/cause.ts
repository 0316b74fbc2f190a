import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'
import { ownerOfStep } from '../../simulate/owner.ts'
import type { RuleStep } from '../../simulate/rules/index.ts'

/** A rule of nftables’ families bridge or arp drops frames of containers. iptables does not show such rules. */
export const bridgeFilter = defineCause({
  id: 'bridge-filter',
  title: 'A rule for bridges or for ARP drops packets of containers',
  needs: ['rules-native', 'links'],
  byFlows: true,
  detect(facts) {
    const rules = rulesOf(facts)
    if (rules.length === 0) return absent('no rule of the families bridge and arp drops packets of containers')
    const list = rules
      .map((rule) => `“${rule.rule}” in ${rule.table} ${rule.chain}${ownerOf(rule, facts)}`)
      .join(' and ')
    const what = stopsArp(facts) ? 'ARP, so neighbours are not found' : 'packets between ports of Docker’s bridges'
    const words = `${list} drops ${what}. It acts on frames, below the rules that iptables shows.`
    const evidence = rules.map((rule) => ({ from: `nft -a list chain ${rule.table} ${rule.chain}`, line: rule.rule }))
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom) => isDropped(symptom, isOfFamily),
  remedies: {
    'delete-rule': {
      title: 'Delete the rule',
      steps: (facts) => rulesOf(facts).map(deletion),
      cost: 'what the rule was meant to block is not blocked; a file that loads it loads it again',
      // Another program lists and deletes ebtables’ own rules.
      when: (facts) => rulesOf(facts).every(({ backend }) => backend === 'nft'),
    },
  },
  temptations: {
    'accept-forward': acceptingForward({
      why: 'FORWARD of iptables does not see a frame that the bridge has dropped.',
    }),
    'bridge-nf-off': {
      title: 'Keep bridged packets out of iptables (bridge-nf-call-iptables=0)',
      steps: () => ['sysctl -w net.bridge.bridge-nf-call-iptables=0'],
      cost: 'rules of iptables no longer hold between containers of one network',
      when: ({ sysctls }) => sysctls['net.bridge.bridge-nf-call-iptables'] === '1',
      why: 'The setting is about iptables; the family bridge has hooks of its own.',
    },
    'flush-neighbours': {
      title: 'Flush the neighbour table',
      steps: () => ['ip neigh flush all'],
      cost: 'none',
      when: (facts) => stopsArp(facts),
      why: 'The kernel then sends the requests whose answers the rule drops.',
    },
    'restart-docker': restarting({
      why: 'dockerd has no rules in these families, and leaves those of others alone.',
    }),
  },
})

const isOfFamily = ({ rule }: Drop): boolean => rule !== undefined && /^(bridge|arp) /.test(rule.table)

/** The rules that drop packets of containers, each once. */
const rulesOf = oncePer((facts: Facts): RuleStep[] => {
  const rules = droppedFlows(facts, isOfFamily).map(({ drop }) => drop.rule!)
  return [...new Map(rules.map((rule) => [`${rule.table} ${rule.chain} ${rule.handle} ${rule.rule}`, rule])).values()]
})

// A packet that waits for its neighbour’s address ends by a rule that dropped the request.
const stopsArp = (facts: Facts): boolean =>
  droppedFlows(facts, isOfFamily).some(({ drop }) => drop.neighbour !== undefined)

/** The owner of a rule, in brackets, where a mark shows it. */
function ownerOf(rule: RuleStep, facts: Facts): string {
  const { who, file } = ownerOfStep(rule, facts)
  return file ? ` (from ${file})` : who === 'unknown' ? '' : ` (of ${who})`
}

function deletion({ table, chain, handle, rule }: RuleStep): string {
  if (rule.startsWith('policy ')) return `nft chain ${table} ${chain} '{ policy accept; }'`
  return `! nft -a list chain ${table} ${chain} | grep -q '# handle ${handle}$' || nft delete rule ${table} ${chain} handle ${handle}`
}
