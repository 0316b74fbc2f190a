import { type Facts, readFacts } from '../evidence/facts.ts'
import type { Diagnosis, Fix } from '../faults/fault.ts'
import { faults } from '../faults/index.ts'
import { groupBy } from '../lib/group.ts'
import { type Simulation, simulate, type Walk } from '../simulate/index.ts'
import { traceOfWalk } from '../trace/by-rules.ts'
import type { Trace } from '../trace/trace.ts'
import { containerSymptoms, daemonSymptoms } from './daemon.ts'
import { flowSymptoms } from './flow-symptoms.ts'
import { notSeen } from './not-seen.ts'
import { operationSymptoms } from './operations.ts'
import type { Symptom } from './symptom.ts'
import { describeFlows } from './words.ts'

/** A cause that was named, with what to do about it in full. */
export interface Finding extends Omit<Diagnosis, 'nonFixes'> {
  remedies: (Pick<Fix, 'title' | 'cost' | 'steps'> & { name: string; reboots: boolean })[]
  nonFixes: { name: string; title: string; why: string }[]
}

/** All that can be said of a host from its evidence. */
export interface Examination {
  /** `healthy`: all was judged, and all works. `unknown`: nothing is known to be wrong, and not all could be judged. */
  verdict: 'healthy' | 'sick' | 'unknown'
  /** Worst first. */
  findings: Finding[]
  /** What is dead, open or unclear, each thing once. */
  symptoms: Symptom[]
  /** What is dead and no named cause stands beside it, in words. */
  unnamed: string[]
  /** What was checked and found well. */
  well: string[]
  /** What an admin lets through on purpose, and to whom alone. */
  restricted: string[]
  /** What the evidence does not hold. */
  notSeen: string[]
  /** What could not be judged, and why: the unclear symptoms, and what was not seen. */
  unseen: string[]
  /** A connection from each network to the outside, simulated. */
  traces: Trace[]
  facts: Facts
}

/** Examines a host by its evidence alone. Throws LabError `usage` where the text is no bundle. */
export function examine(bundle: string): Examination {
  const facts = readFacts(bundle)
  const simulation = simulate(facts)
  const { findings, ruledOut } = named(facts)
  const flows = flowSymptoms(simulation, facts)
  const symptoms = [
    ...daemonSymptoms(facts),
    ...containerSymptoms(facts),
    ...flows.symptoms,
    ...operationSymptoms(facts),
  ].sort((a, b) => urgency[a.state] - urgency[b.state])
  const seen = {
    findings,
    symptoms,
    restricted: flows.restricted,
    well: [...ruledOut, ...works(flows.works)],
    notSeen: notSeen(facts),
    traces: tracesOf(simulation),
    facts,
  }
  return conclude(seen)
}

const urgency = { dead: 0, open: 1, unclear: 2 } as const

type Seen = Omit<Examination, 'verdict' | 'unnamed' | 'unseen'>

/** The verdict, which follows from what was found and from what could not be judged. */
export function conclude(seen: Seen): Examination {
  const dead = seen.symptoms.filter(({ state }) => state !== 'unclear')
  const unclear = seen.symptoms.filter(({ state }) => state === 'unclear')
  const explained = seen.findings.some(({ state }) => state === 'active')
  const unseen = [...unclear.map(({ what, says }) => `${what}: ${says}`), ...seen.notSeen]
  const sick = seen.findings.length + dead.length > 0
  return {
    ...seen,
    // What could not be seen may hide anything: then silence is no health.
    verdict: sick ? 'sick' : unseen.length > 0 ? 'unknown' : 'healthy',
    unnamed: explained ? [] : dead.map(({ what, says }) => `${what}: ${says}`),
    unseen,
  }
}

function named(facts: Facts): { findings: Finding[]; ruledOut: string[] } {
  const findings: Finding[] = []
  const ruledOut: string[] = []
  for (const { detectors, fixes, well } of Object.values(faults))
    for (const [cause, detect] of Object.entries(detectors)) {
      const diagnosis = detect(facts)
      const fine = well?.[cause]?.(facts)
      if (diagnosis)
        findings.push({ ...diagnosis, remedies: remedies(diagnosis, fixes), nonFixes: tempting(diagnosis, fixes) })
      else if (fine) ruledOut.push(fine)
    }
  return { findings: findings.sort((a, b) => rank(a) - rank(b)), ruledOut }
}

const tempting = ({ nonFixes }: Diagnosis, fixes: Readonly<Record<string, Fix>>): Finding['nonFixes'] =>
  nonFixes.map(({ name, why }) => ({ name, title: fixes[name]?.title ?? name, why }))

const rank = ({ state, confidence }: Pick<Diagnosis, 'state' | 'confidence'>): number =>
  (state === 'active' ? 0 : 2) + (confidence === 'certain' ? 0 : 1)

const remedies = (diagnosis: Diagnosis, fixes: Readonly<Record<string, Fix>>): Finding['remedies'] =>
  diagnosis.fixes.flatMap((name) => {
    const fix = fixes[name]
    return fix ? [{ name, title: fix.title, cost: fix.cost, steps: fix.steps, reboots: fix.reboots ?? false }] : []
  })

/** What the simulated flows that work come to, a line for each kind. */
const works = (walks: readonly Walk[]): string[] =>
  groupBy(walks, ({ flow }) => `${flow.kind} ${flow.ought === 'die'}`).map((group) => {
    const { ought } = group[0]!.flow
    const words = describeFlows(group.map(({ flow }) => flow))
    return ought === 'die'
      ? `kept apart: ${words.replace(', which are to be kept apart', '')}`
      : `nothing on the host stops ${words}`
  })

/** A trace for each network: of the connection that most people mean by “no network”. */
function tracesOf({ walks, net }: Simulation): Trace[] {
  const egress = walks.filter(({ flow }) => flow.kind === 'egress' && flow.protocol === 'tcp' && flow.size === 'small')
  return groupBy(egress, ({ flow }) => flow.network).map(([walk]) => {
    const { container, network, bridge, source, address, port, protocol } = walk!.flow
    return traceOfWalk({ container, network, bridge, source, address, port, protocol }, walk!, net.facts)
  })
}
