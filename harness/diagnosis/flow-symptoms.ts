import type { FlowSymptom } from '../cause/symptom.ts'
import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import type { Drop, Flow, Simulation, Walk } from '../simulate/index.ts'
import { isFallback } from '../simulate/names.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import { passesOnlyFor } from '../simulate/restriction.ts'
import { settingAtBoot } from './boot-setting.ts'
import { fallbackServers } from './fallback-servers.ts'
import { stepsFor } from './flow-steps.ts'
import { nextSteps, settling } from './next-steps.ts'
import { sameDrop } from './same-death.ts'
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
    restricted: groupBy(walks.filter(isRestricted), sameDrop).map(
      (group) =>
        `${describeFlows(group.map(({ flow }) => flow))}: only ${lists.get(group[0]!)!.slice(0, 6).join(', ')}; all else is ${group[0]!.drop!.message}`,
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
  const { drop, masked } = walk
  if (!drop) return [{ kind: 'flow', flow, masked: false }]
  // Behind a death the packet goes on as if it had been let through. That is true of filters on its way out; where it was
  // led elsewhere, or its answer is, what comes after is the way of another packet.
  const goesOn = drop.way === 'out' && drop.location === 'forward'
  const behind = goesOn ? masked.filter(({ way, message }) => way === 'out' && message !== drop.message) : []
  return [
    { kind: 'flow', flow, drop, masked: false },
    ...behind.map((each): FlowSymptom => ({ kind: 'flow', flow, drop: each, masked: true })),
  ]
}

/** Whether a walk's symptoms have to be explained. */
export const isCertain = (walk: Walk): boolean =>
  walk.end !== 'unclear' &&
  (walk.flow.ought === 'die' || (!isLeftOpen(walk.flow, walk.drop) && !isProgramsOwn(walk.drop)))

/** Whether nothing says that a flow ought to pass. Nobody leads to a program that is not there what is for others. */
const isLeftOpen = ({ kind, ought }: Flow, drop: Drop | undefined): boolean =>
  ought === 'unknown' && !(kind === 'egress' && drop?.end === 'no-listener')

// Whether a program is to listen by now, its container alone knows.
const isProgramsOwn = (drop: Drop | undefined): boolean =>
  drop?.location === 'container' && drop.end === 'no-listener' && !drop.setting

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
  const groups = groupBy(explained, ({ walk, by }) => `${sameDrop(walk)} ${by}`)
  // A death behind one that is explained is a thing of its own where nothing explains it.
  const orphans = explained.flatMap(({ walk, by, behind }) =>
    by.length > 0 && isCertain(walk)
      ? behind.filter(({ by }) => by.length === 0).map(({ each }) => ({ ...walk, drop: each.drop!, masked: [] }))
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
    ...groupBy(orphans, sameDrop).map((group) => {
      const one = groupOf(group, facts)
      return { ...one, message: `behind what stops it first, ${one.message}` }
    }),
    ...fallbackServers(walks, facts, (server) => isFallback(server, facts, intent)),
  ]
}

function groupOf(group: readonly Walk[], facts: Facts): SymptomGroup {
  const walk = group.find(({ flow }) => flow.ought === 'pass') ?? group[0]!
  const { flow, end, drop, doubts, masked } = walk
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
    return { ...base, state: 'open', message: opened(walk), next: ['iptables -S', 'nft list ruleset'] }
  if (end === 'unclear') {
    const message = doubts
      .map(({ message }) => message)
      .slice(0, 3)
      .join(' ')
    // A doubt is of no use to who does not know the rule.
    const rule = drop?.rule ?? doubts.find(({ step }) => step)?.step
    const named = drop?.rule
      ? `It may be ${drop.message}.`
      : `It is a condition of “${rule?.rule}” in ${rule?.table} ${rule?.chain}.`
    return {
      ...base,
      state: 'unclear',
      message: rule && !message.includes(rule.rule) ? `${message} ${named}` : message,
      ...(drop && { at: { way: drop.way, location: drop.location } }),
      next: [
        ...settling(doubts),
        ...(rule ? nextSteps({ end: 'dropped', rule }, ownerOfStep(rule, facts), undefined) : []),
      ],
    }
  }
  const owner = drop!.rule && ownerOfStep(drop!.rule, facts)
  const boot = drop!.setting && settingAtBoot(drop!.setting, facts)
  const program = isProgramsOwn(drop)
  const unwanted = isLeftOpen(flow, drop) || program
  return {
    ...base,
    state: unwanted ? 'unclear' : 'dead',
    message: `${drop!.message}${likewise(group)}${group.every((each) => each.drop?.way === 'back') ? ' (the answer)' : ''}${program ? '; whether it is to by now, nothing on this host says' : unwanted ? '; whether it ought to pass, nothing on this host says' : ''}`,
    at: { way: drop!.way, location: drop!.location },
    ...(drop!.rule &&
      owner && {
        rule: {
          backend: drop!.rule.backend,
          table: drop!.rule.table,
          chain: drop!.rule.chain,
          rule: drop!.rule.rule,
          owner,
        },
      }),
    ...(drop!.setting && { setting: { ...drop!.setting, ...boot } }),
    behind: [...new Set(masked.filter(({ message }) => message !== drop!.message).map(({ message }) => message))].slice(
      0,
      3,
    ),
    next: stepsFor(flows, drop!, facts, () => nextSteps(drop!, owner, boot)),
  }
}

/** Whether other networks have rules of their own of the same kind. */
function likewise(group: readonly Walk[]): string {
  const rules = new Set(group.flatMap(({ drop }) => drop?.rule?.rule ?? []))
  return rules.size > 1 ? `, and by ${rules.size - 1} more of its kind for other bridges` : ''
}

function opened({ path }: Walk): string {
  const rule = path
    .flatMap(({ location, rules }) => (location === 'forward' ? rules : []))
    .findLast(({ verdict }) => verdict === 'accept')
  return rule
    ? `nothing keeps them apart: “${rule.rule}” in ${rule.table} ${rule.chain} lets it through`
    : 'no rule keeps them apart'
}
