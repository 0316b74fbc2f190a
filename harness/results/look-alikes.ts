import { groupBy } from '../lib/group.ts'
import { type HostState, nothing } from './host-states.ts'
import { pairOf, pairsOf, type Question, questionsFor } from './questions.ts'

/** Causes of the same connectivity: the same probes changed, so that ping and curl cannot separate them. */
export interface AlikeGroup {
  /** The probes that answer otherwise than on the healthy host, as `egress-tcp fail`; empty where none does. */
  changed: string[]
  /** The names of the states of each cause. */
  causes: Record<string, string[]>
  /** Few questions that separate as many of the causes as the records allow, the cheapest first. */
  questions: Question[]
  /** The pairs `ONE / OTHER` of causes, or of their variants, that no question separates on all their hosts. */
  alike: string[]
}

/** The groups of causes that connectivity cannot separate, those with the most causes first. */
export function alikeGroups(states: readonly HostState[]): AlikeGroup[] {
  return groupBy(states, ({ changed }) => changed.join('\n'))
    .flatMap((group): AlikeGroup[] => {
      const byCause = groupBy(group, ({ cause }) => cause).sort((a, b) => a[0]!.cause.localeCompare(b[0]!.cause))
      if (byCause.length < 2) return []
      const causes = byCause.map((own) => [own[0]!.cause, own.map(({ name }) => name).sort()] as const)
      return [{ changed: group[0]!.changed, causes: Object.fromEntries(causes), ...separate(group) }]
    })
    .sort((a, b) => Object.keys(b.causes).length - Object.keys(a.causes).length)
}

/** The questions for a group. A cause that two variants show in different ways has a question for each variant. */
function separate(group: readonly HostState[]): Pick<AlikeGroup, 'questions' | 'alike'> {
  const causes = choose(
    pairsIn(group, ({ cause }) => cause),
    questionsFor(group, ({ cause }) => cause),
  )
  const left = group.filter(({ cause }) => [...causes.left].some((pair) => pair.split(' / ').includes(cause)))
  const causeOf = new Map(left.map(({ kind, cause }) => [kind, cause]))
  const open = pairsIn(left, ({ kind }) => kind).filter((pair) => {
    const [one = '', other = ''] = pair.split(' / ').map((kind) => causeOf.get(kind)!)
    return one !== other && causes.left.has(pairOf(one, other))
  })
  const kinds = choose(
    open,
    questionsFor(left, ({ kind }) => kind),
  )
  const chosen = [...causes.chosen, ...kinds.chosen]
  // Beside other causes, a question may have no answer that keeps all healthy hosts apart.
  for (const pair of kinds.left) {
    const own = left.filter(({ kind }) => pair.split(' / ').includes(kind))
    const alone = pair.split(' / ').includes(nothing)
      ? choose(
          [pair],
          questionsFor(own, ({ kind }) => kind),
        )
      : undefined
    if (alone?.left.size === 0) kinds.left.delete(pair)
    chosen.push(...(alone?.chosen ?? []))
  }
  return { questions: chosen, alike: [...kinds.left] }
}

function pairsIn(states: readonly HostState[], keyOf: (state: HostState) => string): string[] {
  const keys = [...new Set(states.map(keyOf))]
  return keys.flatMap((one, index) => keys.slice(index + 1).map((other) => pairOf(one, other)))
}

/** Takes the best question of the cheapest kind that separates any of the pairs that are left, until none does. */
function choose(pairs: readonly string[], questions: readonly Question[]): { chosen: Question[]; left: Set<string> } {
  const left = new Set(pairs)
  const chosen: Question[] = []
  const separates = questions.map((question) => ({ question, pairs: pairsOf(question) }))
  for (;;) {
    const useful = separates
      .map(({ question, pairs }) => ({ question, pairs: pairs.filter((pair) => left.has(pair)) }))
      .filter((each) => each.pairs.length > 0)
    const [best] = useful
      .filter(({ question: { kind, quoted } }) => {
        const { question } = useful[0]!
        return kind === question.kind && quoted === question.quoted
      })
      .sort((a, b) => b.pairs.length - a.pairs.length)
    if (!best) return { chosen, left }
    chosen.push(best.question)
    for (const pair of best.pairs) left.delete(pair)
  }
}
