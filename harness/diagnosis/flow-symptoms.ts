import type { FlowSymptom } from '../cause/symptom.ts'
import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import type { Death, Flow, Simulation, Walk } from '../simulate/index.ts'
import { isFallback } from '../simulate/names.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import { passesOnlyFor } from '../simulate/restriction.ts'
import { settingAtBoot } from './boot-setting.ts'
import { fallbackServers } from './fallback-servers.ts'
import { stepsFor } from './flow-steps.ts'
import { nextSteps, settling } from './next-steps.ts'
import { sameDeath } from './same-death.ts'
import type { SymptomGroup } from './symptom.ts'
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
  const isRight = (walk: Walk): boolean => faresRight(walk) || (proven(walk.flow) && isSettled(walk))
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

// Of the next packet one that was answered says nothing.
const isSettled = ({ end, doubts }: Walk): boolean =>
  end !== 'unclear' || !doubts.some(({ kind }) => kind === 'limit' || kind === 'content')

const faresRight = ({ flow, end }: Walk): boolean => (flow.ought === 'die' ? end === 'dies' : end === 'passes')

/** What there is to explain of a flow: where it dies, and what would end it behind that. */
function symptomsOf(walk: Walk): FlowSymptom[] {
  const { flow, end } = walk
  if (end === 'unclear') return []
  // Of hundreds of pairs of networks it is of no interest how each comes together.
  if (flow.ought === 'die') return [{ kind: 'flow', flow, masked: false }]
  const { death, masked } = walk
  if (!death) return [{ kind: 'flow', flow, masked: false }]
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
export const isCertain = (walk: Walk): boolean =>
  walk.end !== 'unclear' &&
  (walk.flow.ought === 'die' || (!isLeftOpen(walk.flow, walk.death) && !isProgramsOwn(walk.death)))

/** Whether nothing says that a flow ought to pass. Nobody leads to a program that is not there what is for others. */
const isLeftOpen = ({ kind, ought }: Flow, death: Death | undefined): boolean =>
  ought === 'unknown' && !(kind === 'egress' && death?.end === 'no-listener')

// Whether a program is to listen by now, its container alone knows.
const isProgramsOwn = (death: Death | undefined): boolean =>
  death?.place === 'container' && death.end === 'no-listener' && !death.setting

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
    ...fallbackServers(walks, facts, (server) => isFallback(server, facts, intent)),
  ]
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
    // A doubt is of no use to who does not know the rule.
    const rule = death?.rule ?? doubts.find(({ step }) => step)?.step
    const named = death?.rule
      ? `It may be ${death.says}.`
      : `It is a condition of “${rule?.rule}” in ${rule?.table} ${rule?.chain}.`
    return {
      ...base,
      state: 'unclear',
      says: rule && !says.includes(rule.rule) ? `${says} ${named}` : says,
      ...(death && { at: { way: death.way, place: death.place } }),
      next: [
        ...settling(doubts),
        ...(rule ? nextSteps({ end: 'dropped', rule }, ownerOfStep(rule, facts), undefined) : []),
      ],
    }
  }
  const owner = death!.rule && ownerOfStep(death!.rule, facts)
  const boot = death!.setting && settingAtBoot(death!.setting, facts)
  const program = isProgramsOwn(death)
  const unwanted = isLeftOpen(flow, death) || program
  return {
    ...base,
    state: unwanted ? 'unclear' : 'dead',
    says: `${death!.says}${likewise(group)}${group.every((each) => each.death?.way === 'back') ? ' (the answer)' : ''}${program ? '; whether it is to by now, nothing on this host says' : unwanted ? '; whether it ought to pass, nothing on this host says' : ''}`,
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
    next: stepsFor(flows, death!, facts, () => nextSteps(death!, owner, boot)),
  }
}

/** Whether other networks have rules of their own of the same kind. */
function likewise(group: readonly Walk[]): string {
  const rules = new Set(group.flatMap(({ death }) => death?.rule?.rule ?? []))
  return rules.size > 1 ? `, and by ${rules.size - 1} more of its kind for other bridges` : ''
}

function opened({ path }: Walk): string {
  const rule = path
    .flatMap(({ place, rules }) => (place === 'forward' ? rules : []))
    .findLast(({ verdict }) => verdict === 'accept')
  return rule
    ? `nothing keeps them apart: “${rule.rule}” in ${rule.table} ${rule.chain} lets it through`
    : 'no rule keeps them apart'
}
