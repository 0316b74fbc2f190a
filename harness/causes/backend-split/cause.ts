import { absent, defineCause, present } from '../../cause/cause.ts'
import { type DroppedFlow, droppedFlows, isDropped } from '../../cause/drops.ts'
import { restartDocker } from '../../cause/steps.ts'
import { acceptingForward, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'
import { currentBackend } from '../../simulate/intent.ts'
import { ownerOfStep } from '../../simulate/owner.ts'

/** Docker's rules of an earlier time are in the other backend of iptables, and know nothing of newer networks. */
export const backendSplit = defineCause({
  id: 'backend-split',
  title: 'Docker’s old rules in the other backend of iptables stop its new networks',
  needs: ['iptables-tool', 'rules-nft', 'rules-legacy'],
  byFlows: true,
  detect(facts) {
    const drops = leftoverDrops(facts)
    if (drops.length === 0) return absent('no rules of Docker’s in the other backend of iptables stop a flow')
    const old = otherThan(currentBackend(facts))
    const networks = [...new Set(drops.map(({ flow }) => flow.network || flow.bridge))].sort().join(', ')
    const words = `iptables was switched from ${old} to ${currentBackend(facts)}, and Docker’s old rules are still in ${old}. The kernel applies both: the old ones drop packets of ${networks}, which they do not know.`
    const rules = new Map(drops.flatMap(({ drop: { rule } }) => (rule ? [[`${rule.chain} ${rule.rule}`, rule]] : [])))
    const evidence = [
      { from: 'iptables --version', line: facts.iptables.version },
      ...[...rules.values()].map(({ table, chain, rule }) => ({
        from: `iptables-${old}-save`,
        line: `${table} ${chain}: ${rule}`,
      })),
    ]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop) => isLeftover(drop, facts)),
  remedies: {
    'remove-leftovers': {
      title: 'Remove Docker’s rules from the backend that iptables no longer uses',
      steps: (facts) => {
        const old = otherThan(currentBackend(facts))
        return [`iptables-${old} -P FORWARD ACCEPT`, `iptables-${old}-save | grep -v DOCKER | iptables-${old}-restore`]
      },
      cost: 'nothing',
    },
    'switch-back': {
      title: 'Switch iptables back, and restart docker',
      steps: (facts) => [
        `update-alternatives --set iptables /usr/sbin/iptables-${otherThan(currentBackend(facts))}`,
        restartDocker,
      ],
      cost: 'containers restarted; the rules that Docker has made since are left over in turn',
      // With this policy they stop the next network as the old ones do.
      when: (facts) => !dropsForwarded(facts),
      restartsDocker: true,
    },
  },
  temptations: {
    'accept-forward': acceptingForward({
      why: 'It sets the policy in the backend that iptables uses now, and the other one drops the packets.',
    }),
    'restart-docker': restarting({
      why: 'dockerd makes its rules in the backend that iptables uses now, and does not see the other.',
    }),
  },
})

const otherThan = (backend: string): string => (backend === 'nft' ? 'legacy' : 'nft')

const dropsForwarded = (facts: Facts): boolean =>
  facts.xtables[currentBackend(facts)].chains.some(
    ({ table, chain, policy }) => table === 'filter' && chain === 'FORWARD' && policy === 'DROP',
  )

const isLeftover = ({ rule }: Drop, facts: Facts): boolean =>
  rule !== undefined &&
  /^ip (filter|nat|raw)$/.test(rule.table) &&
  rule.backend !== currentBackend(facts) &&
  ownerOfStep(rule, facts).who === 'Docker'

const leftoverDrops = oncePer((facts: Facts): DroppedFlow[] => droppedFlows(facts, (drop) => isLeftover(drop, facts)))
