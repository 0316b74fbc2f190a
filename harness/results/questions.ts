import { answerTo, costOf } from '../evidence/readings.ts'
import { groupBy } from '../lib/group.ts'
import { type HostState, nothing, readingsIn } from './host-states.ts'

/**
 * The kinds of questions, the cheapest first: a probe, one command of the collector, a counter of the kernel, which only
 * shows that something was lost once, and a traced packet.
 */
export const questionKinds = ['probe', 'evidence', 'counter', 'trace'] as const

/** The answer of healthy hosts that answer in different ways, and none of them as a sick one does. */
export const otherwise = 'otherwise'

/** A question that hosts of at least two causes answer differently, and hosts of one cause always in the same way. */
export interface Question {
  kind: (typeof questionKinds)[number]
  /** `new-network`; `sysctls: net.ipv4.ip_forward`; `packet from the default network`. */
  question: string
  /** The causes by answer. */
  answers: Record<string, string[]>
  /** How many bundles or states the answer of each cause was seen in. */
  seen: Record<string, number>
  /** The median time for the section of the evidence, in ms; 0 for other kinds. */
  costMs: number
  /** The diagnosis names one of the causes by this very line. */
  quoted: boolean
}

/** The answers of one cause to a question, and that of the same host when it was healthy. */
interface Seen {
  answers: (string | undefined)[]
  before: string | undefined
}

type Answers = Record<Question['kind'], (question: string, state: HostState) => Seen>

/** Every question that separates at least two causes (what `keyOf` gives), the cheapest first. */
export function questionsFor(states: readonly HostState[], keyOf: (state: HostState) => string): Question[] {
  const byCause = groupBy(states, keyOf).map((own) => [keyOf(own[0]!), own] as const)
  const readings = new Map(states.map((state) => [state, state.bundles.flatMap((file) => readingsIn(file) ?? [])]))
  const all = [...readings.values()].flat()
  const inEvidence = unique(all.flatMap(({ answers }) => [...answers.keys()]))
  const words: Record<Question['kind'], string[]> = {
    probe: unique(states.flatMap(({ others }) => Object.keys(others))),
    evidence: inEvidence.filter((question) => !isCounter(question)),
    counter: inEvidence.filter(isCounter),
    trace: unique(states.flatMap(({ traces }) => Object.keys(traces))),
  }
  const inBundles = (question: string, state: HostState): Seen => {
    const healthy = state.healthyBundle === undefined ? undefined : readingsIn(state.healthyBundle)
    return {
      answers: readings.get(state)!.map((each) => answerTo(question, each)),
      before: healthy && answerTo(question, healthy),
    }
  }
  const answers: Answers = {
    // Few scenarios run some of the probes. An operation works on every healthy host.
    probe: (name, { others }) => ({ answers: name in others ? [others[name]] : [], before: 'pass' }),
    evidence: inBundles,
    counter: inBundles,
    trace: (from, { traces }) => ({ answers: [traces[from]], before: 'answered' }),
  }
  const quoted = unique(states.flatMap((state) => state.quoted)).filter((line) => line.length >= 8)
  return questionKinds
    .flatMap((kind) =>
      words[kind].flatMap((word): Question[] => {
        const seen = byCause.map(([cause, own]) => [cause, own.map((each) => answers[kind](word, each))] as const)
        const found = judge(seen, kind !== 'probe')
        if (!found) return []
        const isBundle = kind === 'evidence' || kind === 'counter'
        const part = word.slice(word.indexOf(': ') + 2)
        return [
          {
            kind,
            question: kind === 'trace' ? `packet from the ${word} network` : word,
            ...found,
            costMs: isBundle ? median(all.map((each) => costOf(word, each))) : 0,
            quoted: isBundle && quoted.some((line) => line.includes(part) || part.includes(line)),
          },
        ]
      }),
    )
    .sort(cheapestFirst)
}

const isCounter = (question: string): boolean => /^(drop-counters|conntrack-stats): /.test(question)

/**
 * The answers that are the same on all hosts of a cause, if they separate any; `everyHost`: each host has to answer.
 */
function judge(
  seen: readonly (readonly [cause: string, hosts: readonly Seen[]])[],
  everyHost: boolean,
): Pick<Question, 'answers' | 'seen'> | undefined {
  const answers: Record<string, string[]> = {}
  const times: Record<string, number> = {}
  let fault = false
  let ofHealthy: (string | undefined)[] = []
  for (const [cause, hosts] of seen) {
    const own = hosts.flatMap((host) => host.answers)
    const [answer] = own
    if (cause === nothing && own.some((each) => each !== answer)) ofHealthy = own
    // A host that cannot answer is as bad as one that answers otherwise.
    if (answer === undefined || own.some((each) => each !== answer)) continue
    if (everyHost && hosts.some((host) => host.answers.length === 0)) continue
    answers[answer] = [...(answers[answer] ?? []), cause]
    times[cause] = own.length
    // The fault makes the difference, and not the hosts: they answered otherwise when they were healthy.
    const changed = hosts.filter((host) => host.answers.length > 0)
    fault ||= changed.every(({ before }) => before !== undefined && before !== answer)
  }
  // Healthy hosts are of many kinds. It is enough that none of them answers as a sick one does.
  if (ofHealthy.length > 0 && Object.keys(answers).every((answer) => !ofHealthy.includes(answer))) {
    answers[otherwise] = [nothing]
    times[nothing] = ofHealthy.length
  }
  return fault && Object.keys(answers).length > 1 ? { answers, seen: times } : undefined
}

function cheapestFirst(one: Question, other: Question): number {
  return (
    questionKinds.indexOf(one.kind) - questionKinds.indexOf(other.kind) ||
    Number(other.quoted) - Number(one.quoted) ||
    pairsOf(other).length - pairsOf(one).length ||
    one.costMs - other.costMs ||
    one.question.length - other.question.length ||
    one.question.localeCompare(other.question)
  )
}

/** The pairs of causes that a question separates, each as `ONE / OTHER` in alphabetical order. */
export function pairsOf({ answers }: Pick<Question, 'answers'>): string[] {
  const groups = Object.values(answers)
  return groups.flatMap((ones, index) =>
    groups.slice(index + 1).flatMap((others) => ones.flatMap((one) => others.map((other) => pairOf(one, other)))),
  )
}

/** The name of a pair of causes. */
export const pairOf = (one: string, other: string): string => [one, other].sort().join(' / ')

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)]
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
