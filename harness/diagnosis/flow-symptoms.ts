import { settingAtBoot } from '../cause/boot-setting.ts'
import type { FlowSymptom } from '../cause/symptom.ts'
import type { Facts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import type { Drop, Flow, Simulation, Walk } from '../simulate/index.ts'
import { isFallback } from '../simulate/names.ts'
import { ownerOfStep } from '../simulate/owner.ts'
import { passesOnlyFor } from '../simulate/restriction.ts'
import { fallbackServers } from './fallback-servers.ts'
import { stepsFor } from './flow-steps.ts'
import { nextSteps, settling } from './next-steps.ts'
import { sameDrop } from './same-drop.ts'
import type { SymptomGroup } from './symptom.ts'
import { describeFlows } from './words.ts'

/** A host's flows, sorted. */
export interface SortedFlows {
  /** Flows that do not work as they should, or are unclear, each with the symptoms to explain. */
  bad: { walk: Walk; symptoms: FlowSymptom[] }[]
  /** What an admin's own lists allow only for some: reported, but no symptom. */
  restricted: string[]
  works: Walk[]
}

/** Sorts a host's flows into what works, what does not, and what an admin allows on purpose for some only. */
export function sortFlows({ walks, net }: Simulation, proven: (flow: Flow) => boolean): SortedFlows {
  const lists = new Map(walks.map((walk) => [walk, passesOnlyFor(walk, net)]))
  const isRight = (walk: Walk): boolean => endsRight(walk) || (proven(walk.flow) && isSettled(walk))
  const isRestricted = (walk: Walk): boolean => (lists.get(walk)?.length ?? 0) > 0
  return {
    bad: walks
      .filter((walk) => !isRestricted(walk) && !isRight(walk))
      .map((walk) => ({ walk, symptoms: symptomsOf(walk) })),
    restricted: groupBy(walks.filter(isRestricted), sameDrop).map(
      (group) =>
        `${describeFlows(group.map(({ flow }) => flow))}: only ${lists.get(group[0]!)!.slice(0, 6).join(', ')}; everything else is ${group[0]!.drop!.message}`,
    ),
    works: walks.filter(isRight),
  }
}

// Where a limit or the content decides, one answered packet proves nothing for the next. Another container may answer.
const isSettled = ({ end, drop, doubts }: Walk): boolean =>
  drop?.misled?.holder === undefined &&
  (end !== 'unclear' || !doubts.some(({ kind }) => kind === 'limit' || kind === 'content'))

const endsRight = ({ flow, end }: Walk): boolean => (flow.ought === 'die' ? end === 'dies' : end === 'passes')

/** What causes have to explain of a flow: where it dies, and further drops behind that one. */
function symptomsOf(walk: Walk): FlowSymptom[] {
  const { flow, end } = walk
  if (end === 'unclear') return []
  // Between networks it does not matter which rule opens the way.
  if (flow.ought === 'die') return [{ kind: 'flow', flow, masked: false }]
  const { drop, masked } = walk
  if (!drop) return [{ kind: 'flow', flow, masked: false }]
  // The simulation goes on behind a drop as if the packet had passed. That holds for filters in FORWARD on the way out.
  // Elsewhere the packet, or its answer, might have gone another way.
  const goesOn = drop.way === 'out' && drop.location === 'forward'
  const behind = goesOn ? masked.filter(({ way, message }) => way === 'out' && message !== drop.message) : []
  return [
    { kind: 'flow', flow, drop, masked: false },
    ...behind.map((each): FlowSymptom => ({ kind: 'flow', flow, drop: each, masked: true })),
  ]
}

/** Whether causes have to explain a walk's symptoms. */
export const isCertain = (walk: Walk): boolean =>
  walk.end !== 'unclear' &&
  (walk.flow.ought === 'die' || (!isLeftOpen(walk.flow, walk.drop) && !isProgramsOwn(walk.flow, walk.drop)))

/** Whether it is unknown if a flow should pass. To send it to a program that does not exist is never intended. */
const isLeftOpen = ({ kind, ought }: Flow, drop: Drop | undefined): boolean =>
  ought === 'unknown' && !(kind === 'egress' && (drop?.end === 'no-listener' || drop?.rule?.verdict === 'unread'))

// Only the container knows whether a program should listen by now. Name servers are dead until they do.
const isProgramsOwn = ({ kind }: Flow, drop: Drop | undefined): boolean =>
  kind !== 'names' && drop?.location === 'container' && drop.end === 'no-listener' && !drop.setting && !drop.misled

/** The bad flows as symptoms, one for each drop and for each set of causes that explains it. */
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
  // An unexplained drop behind an explained one is a symptom of its own.
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
      return { ...one, message: `a second obstacle, behind the first: ${one.message}` }
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
    return { ...base, state: 'open', message: opened(group), next: ['iptables -S', 'nft list ruleset'] }
  // Files set only the host's own settings.
  const boot = drop?.setting && drop.setting.inside === undefined ? settingAtBoot(drop.setting, facts) : undefined
  if (end === 'unclear') {
    const message = [...new Set(doubts.map(({ message }) => message))].slice(0, 3).join(' ')
    // The doubt alone does not help: name the rule.
    const rule = drop?.rule ?? doubts.find(({ step }) => step)?.step
    const named = drop?.rule
      ? `It may be ${drop.message}.`
      : `That condition is part of “${rule?.rule}” in ${rule?.table} ${rule?.chain}.`
    return {
      ...base,
      state: 'unclear',
      message: rule && !message.includes(rule.rule) ? `${message} ${named}` : message,
      ...(drop && { at: { way: drop.way, location: drop.location } }),
      next: [
        ...settling(doubts),
        ...(rule ? nextSteps({ end: 'dropped', rule }, ownerOfStep(rule, facts), undefined) : []),
        ...(!rule && drop?.setting ? stepsFor(flows, drop, facts, () => nextSteps(drop, undefined, boot)) : []),
      ],
    }
  }
  const owner = drop!.rule && ownerOfStep(drop!.rule, facts)
  const program = isProgramsOwn(flow, drop)
  const unwanted = isLeftOpen(flow, drop) || program
  return {
    ...base,
    state: unwanted ? 'unclear' : 'dead',
    message: `${drop!.message}${likewise(group)}${onlyBack(group) ? ' (on the way back)' : ''}${program ? '; whether a program should listen there by now cannot be seen on this host' : unwanted ? '; whether that is intended cannot be seen on this host' : ''}`,
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

/** Whether the drop stops answers only, and its message does not show that. */
const onlyBack = (group: readonly Walk[]): boolean =>
  group.every(({ drop }) => drop?.way === 'back' && !drop.namesAnswer)

/** Mentions similar rules that stop the flows of other networks. */
function likewise(group: readonly Walk[]): string {
  const rules = new Set(group.flatMap(({ drop }) => drop?.rule?.rule ?? []))
  return rules.size > 1
    ? `, and by ${rules.size - 1} similar ${rules.size === 2 ? 'rule' : 'rules'} for other bridges`
    : ''
}

/** The rule that lets the packets of each flow through, and how many other rules do for others of them. */
function opened(group: readonly Walk[]): string {
  const rules = new Map(group.map(openedBy).map((rule) => [rule && `${rule.table} ${rule.rule}`, rule]))
  const [rule] = rules.values()
  if (!rule) return 'open: no rule stops packets between them'
  const more = rules.size - 1
  const others = more === 0 ? '' : `, and ${more} other ${more === 1 ? 'rule' : 'rules'} between others of them`
  return `open: “${rule.rule}” in ${rule.table} ${rule.chain} lets packets through${others}`
}

// Answers pass by rules of their own, which open nothing.
const openedBy = ({ path }: Walk): Walk['path'][number]['rules'][number] | undefined =>
  path
    .flatMap(({ way, location, rules }) => (way === 'out' && location === 'forward' ? rules : []))
    .findLast(({ verdict }) => verdict === 'accept')
