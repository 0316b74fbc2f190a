import { acceptBridges, addRules, bridgeNames, saveRules } from '../../cause/accept-bridges.ts'
import { absent, defineCause, present } from '../../cause/cause.ts'
import { type DroppedFlow, droppedFlows, isDropped } from '../../cause/drops.ts'
import { acceptingForward, acceptingInDockerUser, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'
import { ownerOfStep } from '../../simulate/owner.ts'
import type { RuleStep } from '../../simulate/rules/index.ts'

/** The host's own rules for what comes in drop what its containers send it, their answers included. */
export const hostInputDrop = defineCause({
  id: 'host-input-drop',
  title: 'The host’s own rules drop what its containers send to it',
  needs: ['saved-rules', 'rules-nft', 'rules-legacy', 'rules-native'],
  byFlows: true,
  detect(facts) {
    const rules = rulesOf(facts)
    if (rules.length === 0) return absent('no rule of the host’s own for what comes in stops a flow that should work')
    const by = rules.map(
      ({ rule, file }) => `“${rule.rule}” in ${rule.table} ${rule.chain}${file ? ` (from ${file})` : ''}`,
    )
    const kinds = new Set(droppedHere(facts).map(({ flow }) => flow.kind))
    const lost = [
      ...(kinds.has('published') ? ['published ports do not answer the host itself'] : []),
      ...(kinds.has('host-service')
        ? ['containers do not get through to programs of the host’s that are for them']
        : []),
    ]
    const words = `${by.join(' and ')} ${by.length > 1 ? 'drop' : 'drops'} what containers send to the host, and their answers with it${lost.length > 0 ? `: ${lost.join(', and ')}` : ''}.`
    const evidence = rules.flatMap(({ rule, file }) => [
      { from: `${rule.backend} ${rule.table} ${rule.chain}`, line: rule.rule },
      ...facts.savedRules
        .filter((each) => each.file === file && (each.line === rule.rule || each.line.includes(`table ${rule.table}`)))
        .map((each) => ({ from: each.file, line: each.line })),
    ])
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop) => isHosts(drop, facts)),
  remedies: {
    'accept-bridges': {
      title: 'Accept what comes in by Docker’s bridges, now and wherever the rule is saved',
      steps: (facts) => [...new Set(rulesOf(facts).flatMap(({ rule, file }) => accept(rule, file, facts)))],
      cost: 'containers can connect to every program of the host',
    },
  },
  temptations: {
    'allow-published-port': {
      title: 'Open the published ports in INPUT',
      steps: (facts) => [...new Set(droppedHere(facts).flatMap(openPort))],
      cost: 'nothing',
      when: (facts) => droppedHere(facts).some((each) => openPort(each).length > 0),
      why: 'The host drops the answers, and those go to a port that the host chose for the connection.',
    },
    'accept-in-docker-user': acceptingInDockerUser({
      why: 'That chain is for packets that the host forwards. These are for the host itself.',
    }),
    'accept-forward': acceptingForward({
      why: 'That is the policy for packets that the host forwards. These are for the host itself.',
    }),
    'restart-docker': restarting({ why: 'dockerd adds no rules to INPUT.' }),
  },
})

// ufw and firewalld have causes of their own, and other programs may mean what they drop.
const own = ['unknown', 'iptables.service', 'nftables.service']

const isHosts = ({ location, device, rule }: Drop, facts: Facts): boolean =>
  location === 'input' &&
  rule !== undefined &&
  facts.docker.networks.some(({ bridge }) => bridge === device) &&
  own.includes(ownerOfStep(rule, facts).who)

const droppedHere = oncePer((facts: Facts): DroppedFlow[] => droppedFlows(facts, (drop) => isHosts(drop, facts)))

interface HostRule {
  rule: RuleStep
  /** The file that holds it; undefined where none does. */
  file?: string
}

const rulesOf = oncePer((facts: Facts): HostRule[] => {
  const all = droppedHere(facts).map(({ drop }) => ({ rule: drop.rule!, file: ownerOfStep(drop.rule!, facts).file }))
  const unlike = new Map(all.map((each) => [`${each.rule.backend} ${each.rule.table} ${each.rule.rule}`, each]))
  return [...unlike.values()].map(({ rule, file }) => ({ rule, ...(file !== undefined && { file }) }))
})

function accept(rule: RuleStep, file: string | undefined, facts: Facts): string[] {
  const { backend, table, base } = rule
  const rules = acceptBridges(rule, facts)
  const words = bridgeNames(facts).map((bridge) => `INPUT -i ${bridge.replace('*', '+')} -j ACCEPT`)
  const name = table.split(' ')[1] ?? 'filter'
  const isIptables = backend === 'legacy' || (base === 'INPUT' && /^ip (filter|mangle|nat|security)$/.test(table))
  const iptables = `iptables-${backend} -t ${name}`
  return [
    ...(file?.includes('nftables') ? saveRules(rules, file) : []),
    ...(file && !file.includes('nftables') ? words.map((each) => savedAhead(`-A ${each}`, name, file)) : []),
    ...(isIptables
      ? words.map((each) => `${iptables} -C ${each} 2>/dev/null || ${iptables} -I ${each}`)
      : addRules(rules)),
  ]
}

/** Puts a rule ahead of all others of its table in a file of iptables-save. */
const savedAhead = (rule: string, table: string, file: string): string =>
  `grep -qxF -e '${rule}' ${file} || sed -i '/^\\*${table}$/,/^COMMIT$/{0,/^\\(-A\\|COMMIT\\)/s/^\\(-A\\|COMMIT\\)/${rule}\\n&/}' ${file}`

function openPort({ flow: { kind, protocol, port } }: DroppedFlow): string[] {
  const rule = `INPUT -p ${protocol} --dport ${port} -j ACCEPT`
  return kind === 'published' ? [`iptables -C ${rule} 2>/dev/null || iptables -I ${rule}`] : []
}
