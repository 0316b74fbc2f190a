import { acceptBridges, addRules, bridgeNames, saveRules } from '../../cause/accept-bridges.ts'
import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { acceptingForward, acceptingInDockerUser, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'
import { ownerOfStep } from '../../simulate/owner.ts'
import type { RuleStep } from '../../simulate/rules/index.ts'

/** A table that the admin's own file makes drops what the host forwards, whatever Docker's rules accept. */
export const hostFirewallDrop = defineCause({
  id: 'host-firewall-drop',
  title: 'The host’s own firewall drops what Docker forwards',
  needs: ['saved-rules', 'rules-native'],
  byFlows: true,
  detect(facts) {
    const drops = dropsOf(facts)
    const [first] = drops
    if (!first) return absent('no table of the host’s own firewall file stops packets of containers')
    const words = `The table ${first.rule.table} of ${first.file} drops packets of containers that the host forwards. Docker’s own rules accept them, but every base chain has to.`
    const evidence = drops.flatMap(({ rule, file }) => [
      { from: listing(rule), line: rule.rule },
      ...facts.savedRules
        .filter((each) => each.file === file && each.line.includes(isByFerm(rule) ? 'DROP' : `table ${rule.table}`))
        .map((each) => ({ from: file, line: each.line }))
        .slice(0, 1),
    ])
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop) => fileOf(drop, facts) !== undefined),
  remedies: {
    'accept-bridges': {
      title: 'Accept the packets of Docker’s bridges, now and in the file',
      steps: (facts) => dropsOf(facts).flatMap(({ rule, file }) => accept(rule, file, facts)),
      cost: 'Docker alone decides what gets in to containers and out of them',
    },
  },
  temptations: {
    'accept-in-docker-user': acceptingInDockerUser({
      why: 'An ACCEPT ends only its own base chain. The other table sees the packet as well, and drops it.',
    }),
    'accept-forward': acceptingForward({
      why: 'It is the policy of another base chain.',
    }),
    'restart-docker': restarting({
      why: 'dockerd leaves tables that are not its own alone.',
    }),
    'stop-nftables': {
      title: 'Stop nftables.service',
      steps: () => ['systemctl stop nftables.service'],
      cost: 'the host has no firewall',
      when: ({ units }) => units['nftables.service']?.active === 'active',
      why: 'When it stops, it flushes every table, with Docker’s own rules in them.',
    },
  },
})

/** The file that makes the table of a drop, if it is one of the host's own tables; Docker shares `ip filter`. */
function fileOf({ rule, location }: Drop, facts: Facts): string | undefined {
  if (!rule || location !== 'forward' || (rule.backend === 'nft' && rule.base === 'FORWARD')) return undefined
  const { who, file } = ownerOfStep(rule, facts)
  return who === (isByFerm(rule) ? 'ferm.service' : 'nftables.service') ? file : undefined
}

/** Of services with files, only ferm makes rules in the legacy backend on a host whose Docker uses the other one. */
const isByFerm = ({ backend }: RuleStep): boolean => backend === 'legacy'

const listing = (rule: RuleStep): string =>
  isByFerm(rule) ? `iptables-legacy -S ${rule.chain}` : `nft list chain ${rule.table} ${rule.chain}`

const dropsOf = oncePer((facts: Facts): { rule: RuleStep; file: string }[] => {
  const found = droppedFlows(facts, (drop) => fileOf(drop, facts) !== undefined)
  const all = found.map(({ drop }) => ({ rule: drop.rule!, file: fileOf(drop, facts)! }))
  return [...new Map(all.map((each) => [`${each.rule.table} ${each.rule.chain} ${each.rule.rule}`, each])).values()]
})

function accept(rule: RuleStep, file: string, facts: Facts): string[] {
  if (isByFerm(rule)) return acceptInFerm(rule, file, facts)
  const rules = acceptBridges(rule, facts)
  return [...saveRules(rules, file), ...addRules(rules)]
}

/** ferm writes `+` for the rest of a device's name. Its later blocks add rules to a chain. */
function acceptInFerm({ chain }: RuleStep, file: string, facts: Facts): string[] {
  const names = bridgeNames(facts).join(' ').replaceAll('*', '+')
  const block = `domain ip table filter chain ${chain} { interface (${names}) ACCEPT; outerface (${names}) ACCEPT; }`
  return [`grep -qxF '${block}' ${file} || echo '${block}' >>${file}`, 'systemctl reload ferm.service']
}
