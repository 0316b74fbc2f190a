import { classify, type Vector } from '../fix/classify.ts'
import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { type Probe, runProbe } from '../probes/probe.ts'
import type { Expectation } from '../scenario/cell.ts'
import type { Outcome } from '../scenario/terms.ts'
import { differences, type Observation } from './observe.ts'

// As in any laboratory: before a cell is judged, each judge gets something to judge whose answer is known. A judge that is
// wrong there proves nothing elsewhere, so the cell is broken.

const known = (name: string, script: string): Probe => ({
  name: `known-${name}`,
  script,
  failCodes: [1],
  answer: /^container$/m,
  deadlineMs: 10_000,
})

/** Probes that need no network, and the outcome of each. */
const knownOutcomes: readonly [Probe, Outcome][] = [
  [known('answer', 'echo container'), 'pass'],
  [known('other-answer', 'echo host'), 'fail'],
  [known('no-answer', 'exit 1'), 'fail'],
  [known('crash', 'kill -SEGV $$'), 'error'],
  [known('timeout', 'exit 124'), 'error'],
]

/** Runs probes on the host whose outcomes are known. Throws LabError `probe` where one is judged otherwise. */
export async function calibrateProbes(host: Host, run = runProbe): Promise<void> {
  const seen = await Promise.all(knownOutcomes.map(([probe]) => run(host, probe)))
  const wrong = knownOutcomes.flatMap(([{ name }, right], index) =>
    seen[index]?.outcome === right ? [] : [`${name} is ${right}, judged ${seen[index]?.outcome ?? 'not at all'}`],
  )
  if (wrong.length > 0) throw unfit('the probes', wrong)
}

const other = { pass: 'fail', fail: 'pass', error: 'pass' } as const

/**
 * Compares an observation with an expectation that is wrong in every point. Throws LabError `probe` where a point is
 * overlooked.
 */
export function calibrateComparison(seen: Observation, compare = differences): void {
  const inverted: Partial<Expectation> = {
    probes: Object.fromEntries(Object.entries(seen.vector).map(([name, outcome]) => [name, other[outcome]])),
    diagnosis: ['known-absent'],
    unexplained: [{ chain: 'KNOWN' }],
    verdict: seen.examination.verdict === 'sick' ? 'healthy' : 'sick',
    trace: Object.fromEntries(seen.traces.map(({ from }) => [from, { end: 'answered', chain: 'KNOWN' }])),
  }
  const complaints = compare(inverted, { ...seen, named: ['known-named'] })
  const points = [
    ...Object.keys(seen.vector).map((name) => `probe ${name}:`),
    'diagnosis: known-absent was not named',
    'diagnosis: known-named was named',
    'diagnosis: expected the verdict',
    'diagnosis: expected an unexplained symptom',
    ...seen.traces.map(({ from }) => `trace from ${from}: expected`),
  ]
  const overlooked = points.filter((point) => !complaints.some((complaint) => complaint.startsWith(point)))
  if (overlooked.length > 0)
    throw unfit(
      'the comparison',
      overlooked.map((point) => `overlooked “${point}”`),
    )
}

/** Classifies fixes whose effect is known, by this host's own vectors. Throws LabError `probe` where a class is wrong. */
export function calibrateClasses(healthy: Vector, broken: Vector, judge = classify): void {
  const names = Object.keys(healthy)
  const dead = names.filter((name) => broken[name] !== healthy[name])
  const alive = names.find((name) => broken[name] === healthy[name])
  type Case = [what: string, right: ReturnType<typeof classify>, after: Vector, stillNamed: boolean]
  const cases: Case[] = [
    ['everything as it was, and no cause', 'cures', healthy, false],
    ['everything as it was, but a cause', dead.length > 0 ? 'masks' : 'no-effect', healthy, true],
    ['no change', 'no-effect', broken, true],
  ]
  if (dead.length > 1) cases.push(['one probe back', 'partial', { ...broken, [dead[0]!]: healthy[dead[0]!]! }, true])
  const closed = names.find((name) => healthy[name] === 'fail' && broken[name] === 'fail')
  if (closed) cases.push(['isolation opened', 'worsens', { ...healthy, [closed]: 'pass' }, false])
  if (alive) cases.push(['one probe lost', 'worsens', { ...broken, [alive]: other[healthy[alive]!] }, true])
  if (names[0]) cases.push(['a crashed tool', undefined, { ...healthy, [names[0]]: 'error' }, false])
  const wrong = cases.flatMap(([what, right, after, stillNamed]) => {
    const seen = judge({ healthy, broken, after, stillNamed })
    return seen === right ? [] : [`${what} is ${right ?? 'no class'}, judged ${seen ?? 'no class'}`]
  })
  if (wrong.length > 0) throw unfit('the classes of fixes', wrong)
}

const unfit = (what: string, wrong: readonly string[]): LabError =>
  new LabError('probe', `calibration: ${what} are judged wrongly: ${wrong.slice(0, 3).join('; ')}`, {
    hint: 'the lab itself is at fault: what it reports of this cell proves nothing',
  })
