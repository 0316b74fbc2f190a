import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import type { Simulation, Walk } from '../simulate/index.ts'
import { isFallback } from '../simulate/names.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import { passesOnlyFor } from '../simulate/restriction.ts'
import { nextSteps, settling } from './next-steps.ts'
import { type Symptom, settingAtBoot } from './symptom.ts'
import { describeFlows } from './words.ts'

/** What the simulated flows come to: symptoms, what an admin lets through on purpose, and what works. */
export interface FlowReport {
  symptoms: Symptom[]
  /** An admin's own lists: reported, and no symptom. */
  restricted: string[]
  works: Walk[]
}

/** Sorts a host's flows into what works, what does not, and what cannot be known. The same death is one symptom. */
export function flowSymptoms({ walks, net, intent }: Simulation, facts: Facts): FlowReport {
  const lists = new Map(walks.map((walk) => [walk, passesOnlyFor(walk, net)]))
  const isRestricted = (walk: Walk): boolean => (lists.get(walk)?.length ?? 0) > 0
  const bad = walks.filter((walk) => !isRestricted(walk) && !isRight(walk))
  const groups = groupBy(bad, sameDeath)
  return {
    symptoms: [
      ...groups.map((group) => symptomOf(group, facts)),
      ...fallbackServers(walks, (server) => isFallback(server, facts, intent)),
    ],
    restricted: groupBy(walks.filter(isRestricted), sameDeath).map(
      (group) =>
        `${describeFlows(group.map(({ flow }) => flow))}: only ${lists.get(group[0]!)!.slice(0, 6).join(', ')}; all else is ${group[0]!.death!.says}`,
    ),
    works: walks.filter(isRight),
  }
}

const isRight = ({ flow, end }: Walk): boolean => (flow.ought === 'die' ? end === 'dies' : end === 'passes')

/** What walks of one symptom have in common. Addresses differ from container to container. */
function sameDeath({ flow, end, death, doubts }: Walk): string {
  if (flow.ought === 'die') return end === 'passes' ? 'open' : `isolation ${doubts[0]?.key}`
  // One rule may stop a packet on its way out and the answer to another: it is one thing.
  const where = death?.rule
    ? [death.rule.backend, death.rule.table, death.rule.chain, death.rule.rule]
    : [
        death?.way,
        death?.place,
        death?.end,
        death?.setting?.name,
        death?.says.replaceAll(/\d+\.\d+\.\d+\.\d+/g, 'ADDRESS'),
      ]
  // Of what is unclear the doubt is the same, wherever it may end.
  return JSON.stringify(end === 'unclear' ? ['unclear', doubts[0]?.key] : where)
}

function symptomOf(group: readonly Walk[], facts: Facts): Symptom {
  const walk = group.find(({ flow }) => flow.ought === 'pass') ?? group[0]!
  const { flow, end, death, doubts, masked } = walk
  const flows = group.map((each) => each.flow)
  const base = {
    kind: flow.kind,
    what: describeFlows(flows),
    flows: flows.map(({ title }) => title),
    behind: [],
    next: [],
  }
  if (flow.ought === 'die' && end === 'passes')
    return { ...base, state: 'open', says: opened(walk), next: ['iptables -S', 'nft list ruleset'] }
  if (end === 'unclear') {
    const says = doubts
      .map(({ says }) => says)
      .slice(0, 3)
      .join(' ')
    return {
      ...base,
      state: 'unclear',
      says,
      ...(death && { at: { way: death.way, place: death.place } }),
      next: settling(doubts),
    }
  }
  const owner = death!.rule && ownerOfStep(death!.rule, facts)
  const boot = death!.setting && settingAtBoot(death!.setting.name, facts)
  // Whether a program is to listen by now, its container alone knows.
  const program = death!.place === 'container' && death!.end === 'no-listener'
  const unwanted = flow.ought === 'unknown' || program
  return {
    ...base,
    state: unwanted ? 'unclear' : 'dead',
    says: `${death!.says}${group.every((each) => each.death?.way === 'back') ? ' (the answer)' : ''}${program ? '; whether it is to by now, nothing on this host says' : unwanted ? '; whether it ought to pass, nothing on this host says' : ''}`,
    at: { way: death!.way, place: death!.place },
    ...(death!.rule &&
      owner && {
        rule: {
          backend: death!.rule.backend,
          table: death!.rule.table,
          chain: death!.rule.chain,
          rule: death!.rule.rule,
          owner,
        },
      }),
    ...(death!.setting && { setting: { ...death!.setting, ...boot } }),
    behind: [...new Set(masked.filter(({ says }) => says !== death!.says).map(({ says }) => says))].slice(0, 3),
    next: nextSteps(death!, owner, boot),
  }
}

function opened({ path }: Walk): string {
  const rule = path
    .flatMap(({ place, rules }) => (place === 'forward' ? rules : []))
    .findLast(({ verdict }) => verdict === 'accept')
  return rule
    ? `nothing keeps them apart: “${rule.rule}” in ${rule.table} ${rule.chain} lets it through`
    : 'no rule keeps them apart'
}

/** Name servers that nobody on this host chose: whether they answer here is not the host's to know. */
function fallbackServers(walks: readonly Walk[], isFallback: (server: string) => boolean): Symptom[] {
  const chosen = walks.filter(({ flow, end }) => flow.kind === 'names' && end !== 'dies' && isFallback(flow.address))
  if (chosen.length === 0) return []
  const flows = chosen.map(({ flow }) => flow)
  const servers = [...new Set(flows.map(({ address }) => address))].join(', ')
  return [
    {
      state: 'unclear',
      kind: 'names',
      what: describeFlows(flows),
      flows: flows.map(({ title }) => title),
      says: `dockerd gives them ${servers}, which nobody here chose: the host’s own name server is a loopback address, of no use in a container. Whether ${servers} may be reached from this network cannot be seen on the host`,
      behind: [],
      next: [
        'cat /etc/resolv.conf',
        'dockfault diagnose --trace 8.8.8.8:53/udp',
        'set "dns" in /etc/docker/daemon.json',
      ],
    },
  ]
}
