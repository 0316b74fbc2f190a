import { collect } from '../evidence/collect.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import type { Vector } from '../faults/classify.ts'
import type { Detector, Diagnosis } from '../faults/fault.ts'
import type { Host } from '../hosts/host.ts'
import { ask, askAll, type Probe, type ProbeResult } from '../probes/probe.ts'
import type { Expectation } from '../scenario/cell.ts'

/** A host looked at once: what its probes answered, what it says of itself, and what the detectors make of that. */
export interface Observation {
  probes: ProbeResult[]
  vector: Vector
  /** What the collector printed. */
  bundle: string
  facts: Facts
  diagnoses: Diagnosis[]
  /** The causes named. */
  named: string[]
}

/** Probes a host, collects its evidence and lets every detector speak; last come the probes that change it. */
export async function observe(
  host: Host,
  by: { probes: readonly Probe[]; detectors: Readonly<Record<string, Detector>>; progress: (line: string) => void },
): Promise<Observation> {
  by.progress('probing')
  const seen = await askAll(
    host,
    by.probes.filter(({ changes }) => !changes),
  )
  by.progress('collecting evidence')
  const bundle = await collect(host)
  by.progress('operating')
  const probes = [...seen]
  for (const probe of by.probes.filter(({ changes }) => changes)) probes.push(await ask(host, probe))
  const facts = readFacts(bundle)
  const diagnoses = Object.values(by.detectors).flatMap((detect) => detect(facts) ?? [])
  return {
    probes,
    vector: Object.fromEntries(probes.map(({ name, outcome }) => [name, outcome])),
    bundle,
    facts,
    diagnoses,
    named: diagnoses.map(({ cause }) => cause),
  }
}

/** Every difference between what a scenario expects of a host and what was seen, a sentence each. */
export function differences(expected: Expectation, { probes, named }: Observation): string[] {
  return [
    ...probes.flatMap(({ name, outcome, detail }) => {
      const wanted = expected.probes[name]
      return wanted === outcome ? [] : [`probe ${name}: expected ${wanted}, saw ${outcome} (${detail})`]
    }),
    ...expected.diagnosis.filter((cause) => !named.includes(cause)).map((cause) => `diagnosis: ${cause} was not named`),
    ...named
      .filter((cause) => !expected.diagnosis.includes(cause))
      .map((cause) => `diagnosis: ${cause} was named, and is not the cause`),
  ]
}
