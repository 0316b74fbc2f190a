import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { lostTables, otherDockerds, programsIptables } from '../../cause/docker-rules.ts'
import { restartDocker } from '../../cause/steps.ts'
import type { Symptom } from '../../cause/symptom.ts'
import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { inPrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import { compareVersions } from '../../lib/text.ts'
import { type Flow, simulate } from '../../simulate/index.ts'

const stages = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2'] as const

/** Whether a reload of firewalld takes these rules away for good: measured with 20.10, and no longer with 26.1. */
const byReload = ({ firewalld, docker: { server } }: Facts): boolean =>
  Object.keys(firewalld.zones).length > 0 && compareVersions(server, '26') < 0

/** The chains that keep Docker's networks apart are there, and have lost their rules. */
export const isolationRulesMissing = defineCause({
  id: 'isolation-rules-missing',
  title: 'Docker’s rules that keep networks apart are gone',
  needs: ['docker-networks', 'rules-nft', 'rules-legacy', 'units', 'firewalld'],
  detect(facts) {
    if (!facts.docker.answers) return unknown('dockerd does not answer, so its networks are unknown')
    const open = openFlows(facts)
    if (open.length === 0)
      return absent('no network is open to another for want of a rule in Docker’s isolation chains')
    const networks = [...new Set(open.map(({ network }) => network))].join(', ')
    const words = `Docker’s isolation chains have no rules for ${networks}, so their containers can connect to those of other networks.${byReload(facts) ? ` firewalld runs: when it reloads, Docker ${facts.docker.server} writes its other rules again, and not these.` : ' Somebody deleted them.'}`
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [...stages.map((chain) => ({ from: `iptables -S ${chain}`, line: left(chain, facts) }))],
    })
  },
  explains: (symptom: Symptom, facts) =>
    symptom.kind === 'flow' && !symptom.drop && openFlows(facts).includes(symptom.flow),
  remedies: {
    'restart-docker': {
      title: 'Restart docker, which writes all its rules again',
      steps: () => [restartDocker],
      cost: 'containers restarted; after the next reload of firewalld it is needed again',
      restartsDocker: true,
    },
  },
  temptations: {
    'reload-firewalld': {
      title: 'Reload firewalld',
      when: byReload,
      steps: () => ['firewall-cmd --reload'],
      cost: 'none',
      why: 'A reload is what removed them, and this dockerd does not write them again after it.',
    },
    'restart-containers': {
      title: 'Restart the containers',
      steps: () => ['docker ps -q | xargs -r docker restart -t 2'],
      cost: 'containers restarted',
      why: 'The rules belong to networks. dockerd writes them when it starts or creates a network.',
    },
  },
})

/** The flows between networks that pass, although a rule of one of the two chains should stop them. */
const openFlows = oncePer((facts: Facts): Flow[] => {
  if (!programsIptables(facts) || lostTables(facts).includes('filter')) return []
  // Each start of another dockerd deletes the rules of the first.
  if (otherDockerds(facts).length > 0) return []
  // Later engines have no such chains.
  if (!stages.every((stage) => facts.ruleset.chains.some(({ chain }) => chain === stage))) return []
  return simulate(facts).walks.flatMap(({ flow, end }) =>
    flow.kind === 'isolation' && flow.ought === 'die' && end === 'passes' && lacksRules(flow, facts) ? [flow] : [],
  )
})

function lacksRules({ bridge, address }: Flow, facts: Facts): boolean {
  const other: NetworkFact | undefined = facts.docker.networks.find(
    ({ subnet }) => subnet !== '' && inPrefix(address, subnet),
  )
  if (!other) return false
  const own = facts.ruleset.rules.filter(({ table }) => table === 'filter')
  const inChain = (name: string) => own.filter(({ chain }) => chain === name)
  // Where dockerd's other rules for a bridge are missing too, it never wrote any.
  const isServed = [bridge, other.bridge].every((each) =>
    own.some(({ chain, input }) => /^(DOCKER-)?FORWARD$/.test(chain) && input === each),
  )
  const [from, to] = stages
  return (
    isServed &&
    (!inChain(from).some(({ input }) => input === bridge) || !inChain(to).some(({ output }) => output === other.bridge))
  )
}

function left(chain: string, { ruleset }: Facts): string {
  const rules = ruleset.rules.filter((each) => each.table === 'filter' && each.chain === chain)
  return rules.length === 0 ? 'no rules' : rules.map(({ text }) => text).join('; ')
}
