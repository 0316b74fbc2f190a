import type { Facts } from '../evidence/facts.ts'
import type { FlowSymptom } from '../faults/symptom.ts'
import { groupBy } from '../lib/group.ts'
import type { Death, Flow, Simulation, Walk } from '../simulate/index.ts'
import { isFallback } from '../simulate/names.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import { passesOnlyFor } from '../simulate/restriction.ts'
import { nextSteps, settling } from './next-steps.ts'
import { type SymptomGroup, settingAtBoot } from './symptom.ts'
import { describeFlows } from './words.ts'

/** A host's flows, sorted. */
export interface SortedFlows {
  /** Those that do not fare as they ought to, or that nothing decides, with what there is to explain of each. */
  bad: { walk: Walk; symptoms: FlowSymptom[] }[]
  /** An admin's own lists: reported, and no symptom. */
  restricted: string[]
  works: Walk[]
}

/** Sorts a host's flows into what works, what does not, and what an admin lets through on purpose, to some alone. */
export function sortFlows({ walks, net }: Simulation, proven: (flow: Flow) => boolean): SortedFlows {
  const lists = new Map(walks.map((walk) => [walk, passesOnlyFor(walk, net)]))
  const isRight = (walk: Walk): boolean => proven(walk.flow) || faresRight(walk)
  const isRestricted = (walk: Walk): boolean => (lists.get(walk)?.length ?? 0) > 0
  return {
    bad: walks
      .filter((walk) => !isRestricted(walk) && !isRight(walk))
      .map((walk) => ({ walk, symptoms: symptomsOf(walk) })),
    restricted: groupBy(walks.filter(isRestricted), sameDeath).map(
      (group) =>
        `${describeFlows(group.map(({ flow }) => flow))}: only ${lists.get(group[0]!)!.slice(0, 6).join(', ')}; all else is ${group[0]!.death!.says}`,
    ),
    works: walks.filter(isRight),
  }
}

const faresRight = ({ flow, end }: Walk): boolean => (flow.ought === 'die' ? end === 'dies' : end === 'passes')

/** What there is to explain of a flow: where it dies, and what would end it behind that. */
function symptomsOf({ flow, end, death, masked }: Walk): FlowSymptom[] {
  if (end === 'unclear') return []
  if (!death || flow.ought === 'die') return [{ kind: 'flow', flow, masked: false }]
  // Behind a death the packet goes on as if it had been let through. That is true of filters on its way out; where it was
  // led elsewhere, or its answer is, what comes after is the way of another packet.
  const goesOn = death.way === 'out' && death.place === 'forward'
  const behind = goesOn ? masked.filter(({ way, says }) => way === 'out' && says !== death.says) : []
  return [
    { kind: 'flow', flow, death, masked: false },
    ...behind.map((each): FlowSymptom => ({ kind: 'flow', flow, death: each, masked: true })),
  ]
}

/** Whether a walk's symptoms have to be explained. */
export const isCertain = ({ flow, end, death }: Walk): boolean =>
  end !== 'unclear' && flow.ought !== 'unknown' && !isProgramsOwn(death)

// Whether a program is to listen by now, its container alone knows.
const isProgramsOwn = (death: Death | undefined): boolean => death?.place === 'container' && death.end === 'no-listener'

/** The bad flows as symptoms, each death once; those that different causes explain stand apart. */
export function groupFlows(
  { bad }: SortedFlows,
  { walks, intent }: Simulation,
  facts: Facts,
  explainersOf: (symptom: FlowSymptom) => string[],
): SymptomGroup[] {
  const explained = bad.map(({ walk, symptoms: [first, ...behind] }) => {
    return {
      walk,
      by: first ? explainersOf(first) : [],
      behind: behind.map((each) => ({ each, by: explainersOf(each) })),
    }
  })
  const groups = groupBy(explained, ({ walk, by }) => `${sameDeath(walk)} ${by}`)
  // A death behind one that is explained is a thing of its own where nothing explains it.
  const orphans = explained.flatMap(({ walk, by, behind }) =>
    by.length > 0 && isCertain(walk)
      ? behind.filter(({ by }) => by.length === 0).map(({ each }) => ({ ...walk, death: each.death!, masked: [] }))
      : [],
  )
  return [
    ...groups.map((group) => ({
      ...groupOf(
        group.map(({ walk }) => walk),
        facts,
      ),
      explainedBy: group[0]!.by,
    })),
    ...groupBy(orphans, sameDeath).map((group) => {
      const one = groupOf(group, facts)
      return { ...one, says: `behind what stops it first, ${one.says}` }
    }),
    ...fallbackServers(walks, (server) => isFallback(server, facts, intent)),
  ]
}

/** What walks of one symptom have in common. Addresses differ from container to container. */
function sameDeath({ flow, end, death, doubts }: Walk): string {
  if (flow.ought === 'die') return end === 'passes' ? 'open' : `isolation ${doubts[0]?.key}`
  // One rule, or one setting, may stop a packet on its way out and the answer to another: it is one thing.
  const where = death?.rule
    ? [death.rule.backend, death.rule.table, death.rule.chain, death.rule.rule]
    : [death?.end, death?.setting?.name, death?.says.replaceAll(/\d+\.\d+\.\d+\.\d+/g, 'ADDRESS')]
  // Of what is unclear the doubt is the same, wherever it may end.
  return JSON.stringify(end === 'unclear' ? ['unclear', doubts[0]?.key] : where)
}

function groupOf(group: readonly Walk[], facts: Facts): SymptomGroup {
  const walk = group.find(({ flow }) => flow.ought === 'pass') ?? group[0]!
  const { flow, end, death, doubts, masked } = walk
  const flows = group.map((each) => each.flow)
  const base = {
    kind: flow.kind,
    what: describeFlows(flows),
    flows: flows.map(({ title }) => title),
    explainedBy: [],
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
  const program = isProgramsOwn(death)
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
function fallbackServers(walks: readonly Walk[], isFallback: (server: string) => boolean): SymptomGroup[] {
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
      explainedBy: [],
      behind: [],
      next: [
        'cat /etc/resolv.conf',
        'dockfault diagnose --trace 8.8.8.8:53/udp',
        'set "dns" in /etc/docker/daemon.json',
      ],
    },
  ]
}
