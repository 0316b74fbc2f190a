import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { restartDocker } from '../../cause/steps.ts'
import { acceptingForward } from '../../cause/temptations.ts'
import { containerAddresses } from '../../evidence/container-addresses.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop, Flow } from '../../simulate/index.ts'

/** A rule sends packets for a published port to an address that its container had once. */
export const staleDnat = defineCause({
  id: 'stale-dnat',
  title: 'A rule sends a published port to an old container address',
  needs: ['docker-containers', 'rules-nft', 'rules-legacy', 'saved-rules'],
  byFlows: true,
  detect(facts) {
    const stale = staleRules(facts)
    if (stale.length === 0) return absent('every rule for a published port leads to the container that publishes it')
    const words = stale.map(({ address, holder, flow, saved }) => {
      const whose = holder ? `the container ${holder} has it` : 'no container has it'
      const from = saved.length > 0 ? ` ${saved[0]!.file} holds that rule.` : ''
      return `Packets for port ${flow.port} of ${flow.container} are sent to ${address}, and ${whose}.${from}`
    })
    return present({
      confidence: 'certain',
      active: words.join(' '),
      latent: words.join(' '),
      evidence: stale.flatMap(({ rule, flow, saved }): Evidence[] => [
        { from: `${rule.table} ${rule.chain}`, line: rule.rule },
        { from: `docker inspect ${flow.container}`, line: addressesOf(flow, facts) },
        ...saved.map(({ file, line }) => ({ from: file, line })),
      ]),
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => isStale(drop, flow, facts)),
  remedies: {
    'delete-rules': {
      title: 'Delete the rules',
      when: (facts) => staleRules(facts).every((each) => !isDockers(each) && isXtables(each)),
      steps: (facts) => staleRules(facts).map(deleteRule),
      cost: 'none',
    },
    'restart-docker': {
      title: 'Restart docker, which writes its rules again',
      when: (facts) => staleRules(facts).some(isDockers),
      restartsDocker: true,
      steps: () => [restartDocker],
      cost: 'containers restarted; the next restore of the saved rules breaks it again',
    },
  },
  temptations: {
    'accept-forward': acceptingForward({
      why: 'The packets go to an address that the container does not have.',
    }),
    'forget-connections': {
      title: 'Delete conntrack’s entries',
      steps: () => ['conntrack -F'],
      cost: 'connections of all containers may break',
      why: 'New connections meet the same rule.',
    },
  },
})

type Saved = Facts['savedRules'][number]

interface Stale extends NonNullable<Drop['misled']> {
  rule: NonNullable<Drop['misled']>['by']
  flow: Flow
  /** The lines that load the rule at boot. */
  saved: Saved[]
}

/** Whether a rule leads to an address that is not the container's; at its own, another port is wrong. */
const isStale = ({ misled }: Drop, { kind, container }: Flow, facts: Facts): boolean =>
  kind === 'published' && misled !== undefined && !ownAddresses(container, facts).includes(misled.address)

const ownAddresses = (container: string, { docker }: Facts): string[] => {
  const own = docker.containers.find(({ name }) => name === container)
  return own ? containerAddresses(own) : []
}

/** The rules that lead astray, each once. */
const staleRules = oncePer((facts: Facts): Stale[] => {
  const found = droppedFlows(facts, (drop, flow) => isStale(drop, flow, facts)).flatMap(({ flow, drop: { misled } }) =>
    misled ? [{ ...misled, rule: misled.by, flow, saved: facts.savedRules.filter(isRule(misled.by.rule)) }] : [],
  )
  return [...new Map(found.map((each) => [`${each.rule.chain} ${each.rule.rule}`, each])).values()]
})

const isRule =
  (rule: string) =>
  ({ line }: Saved): boolean =>
    line.trim() === rule

const isDockers = ({ rule }: Stale): boolean => rule.chain === 'DOCKER'
const isXtables = ({ rule }: Stale): boolean => rule.rule.startsWith('-A ') && rule.table === 'ip nat'

const addressesOf = ({ container }: Flow, { docker }: Facts): string =>
  Object.entries(docker.containers.find(({ name }) => name === container)?.addresses ?? {})
    .map(([network, address]) => `${network}: ${address}`)
    .join(', ')

function deleteRule({ rule }: Stale): string {
  const tool = rule.backend === 'legacy' ? 'iptables-legacy' : 'iptables'
  const spec = rule.rule.slice('-A '.length)
  return `! ${tool} -t nat -C ${spec} 2>/dev/null || ${tool} -t nat -D ${spec}`
}
