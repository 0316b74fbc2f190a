import { rulesetDiff } from '../evidence/ruleset-diff.ts'
import type { CellRecord, DiagnosisRecord, HostFacts, HostVerdict } from '../results/record.ts'
import type { Expectation } from '../scenario/cell.ts'
import type { Answer } from '../scoring/run-detector.ts'
import type { Observation } from './observe.ts'

/** What a stage adds to the record of its cell: the record itself, or the part of it that one fix writes. */
export interface Notes
  extends Pick<CellRecord, 'probes' | 'diagnoses' | 'fixes' | 'rulesets' | 'traces' | 'outside' | 'savedMs'> {
  facts: { after?: HostFacts }
}

export const blankNotes = (): Notes => ({ facts: {}, probes: [], diagnoses: [], fixes: [], rulesets: [] })

/** Adds the notes of one stage to those of its cell. */
export function join(all: Notes, { facts, probes, diagnoses, fixes, rulesets, traces, outside, savedMs }: Notes): void {
  all.probes.push(...probes)
  all.diagnoses.push(...diagnoses)
  all.fixes.push(...fixes)
  all.rulesets.push(...rulesets)
  if (traces) all.traces = [...(all.traces ?? []), ...traces]
  if (outside) all.outside = [...(all.outside ?? []), ...outside]
  if (facts.after) all.facts.after = facts.after
  if (savedMs !== undefined) addSaved(all, savedMs)
}

export const addSaved = (notes: Notes, ms: number): void => {
  notes.savedMs = Math.round((notes.savedMs ?? 0) + ms)
}

interface Context {
  /** The name of the stage, or of one of its rungs. */
  as: string
  expected: Partial<Expectation>
  /** The healthy host, once it was observed. */
  healthy: Observation | undefined
  /** The outside detectors to run, and why some could not. */
  outside: readonly string[]
  unequipped: ReadonlyMap<string, string>
}

/** Records what was seen of a host beside what was expected. */
export function noteObservation(notes: Notes, seen: Observation, context: Context): void {
  const { as, expected, healthy, outside, unequipped } = context
  for (const { name, outcome, durationMs, detail } of seen.probes) {
    const wanted = expected.probes?.[name] ?? outcome
    notes.probes.push({ stage: as, name, expected: wanted, observed: outcome, durationMs, detail })
  }
  const followed = seen.traces.map(({ from, trace }) => ({ stage: as, from, ...trace }))
  if (followed.length > 0) notes.traces = [...(notes.traces ?? []), ...followed]
  notes.diagnoses.push(diagnosisRecord(as, expected.diagnosis ?? seen.named, expected.verdict, seen))
  for (const name of outside) {
    const answer = seen.outside.get(name) ?? skipped(unequipped.get(name)!)
    notes.outside = [...(notes.outside ?? []), { detector: name, stage: as, ...answer }]
  }
  if (healthy) notes.rulesets.push({ stage: as, ...rulesetDiff(healthy.facts.rules, seen.facts.rules) })
}

const diagnosisRecord = (
  stage: string,
  expected: readonly string[],
  verdict: HostVerdict | undefined,
  { named, examination }: Observation,
): DiagnosisRecord => ({
  stage,
  expected: [...expected],
  named,
  detail: examination.findings.map(({ cause, state, confidence, summary, evidence, remedies, nonFixes }) => ({
    cause,
    state,
    confidence,
    summary,
    evidence,
    fixes: remedies.map(({ name }) => name),
    nonFixes: nonFixes.map(({ name, why }) => ({ name, why })),
  })),
  verdict: { expected: verdict ?? examination.verdict, seen: examination.verdict },
  unexplained: examination.unexplained,
})

const skipped = (reason: string): Answer => ({ status: 'skipped', named: [], durationMs: 0, detail: reason })
