import { type Facts, readFacts } from '../evidence/facts.ts'
import type { Diagnosis, Fix } from '../faults/fault.ts'
import { faults } from '../faults/index.ts'
import { traceByRules } from '../trace/by-rules.ts'
import { anywhere, flowsFrom, readTarget } from '../trace/flow.ts'
import { isDead, type Trace } from '../trace/trace.ts'

/** A cause that was named, with what to do about it in full. */
export interface Finding extends Omit<Diagnosis, 'nonFixes'> {
  remedies: (Pick<Fix, 'title' | 'cost' | 'steps'> & { name: string; reboots: boolean })[]
  nonFixes: { name: string; title: string; why: string }[]
}

/** All that can be said of a host from its evidence. */
export interface Examination {
  /** `unknown`: it could not be looked at well enough. */
  verdict: 'healthy' | 'sick' | 'unknown'
  /** Worst first. */
  findings: Finding[]
  /** Something is wrong that no detector has a name for. */
  unnamed: string[]
  /** What was checked and found well. */
  well: string[]
  /** What could not be seen, and so was not judged. */
  unseen: string[]
  /** A packet from each network, on paper. */
  traces: Trace[]
  facts: Facts
}

/** Examines a host by its evidence alone. Throws LabError `usage` where the text is no bundle. */
export function examine(bundle: string): Examination {
  const facts = readFacts(bundle)
  const unseen = blindSpots(facts)
  const findings: Finding[] = []
  const well: string[] = []
  for (const { detectors, fixes, well: says } of Object.values(faults))
    for (const [cause, detect] of Object.entries(detectors)) {
      const diagnosis = detect(facts)
      const fine = says?.[cause]?.(facts)
      if (diagnosis)
        findings.push({ ...diagnosis, remedies: remedies(diagnosis, fixes), nonFixes: tempting(diagnosis, fixes) })
      else if (fine) well.push(fine)
    }
  findings.sort((a, b) => rank(a) - rank(b))
  const traces = flowsFrom(facts, readTarget(anywhere)).map((flow) => traceByRules(flow, facts))
  const through = traces.filter(({ end }) => end === 'passes')
  if (through.length > 0)
    well.push(
      `nothing on the host stops a packet from ${through.map(({ flow }) => flow.network).join(', ')} to the outside, or its answer`,
    )
  const unnamed = findings.some(({ state }) => state === 'active') ? [] : nameless(facts, traces)
  const sick = findings.length + unnamed.length > 0
  // What could not be seen may hide anything: then silence is no health.
  const verdict = sick ? 'sick' : unseen.length > 0 ? 'unknown' : 'healthy'
  return { verdict, findings, unnamed, well, unseen, traces, facts }
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

function blindSpots({ units, iptables, system, settings }: Facts): string[] {
  return [
    ...(units['docker.service']?.load !== 'loaded'
      ? ['no docker.service is known to systemd here: is this a Docker host?']
      : []),
    ...(iptables.listed ? [] : ['the firewall’s rules could not be listed: was it run as root?']),
    ...(system.kernel === '' || Object.keys(settings).length === 0 ? ['the evidence is incomplete'] : []),
  ]
}

/** What is wrong and has no name: a daemon that is down, packets that die. */
function nameless({ units, docker }: Facts, traces: readonly Trace[]): string[] {
  const unit = units['docker.service']
  const down = unit?.load === 'loaded' && unit.active === 'failed'
  return [
    ...(down
      ? [`docker.service has failed (${unit.result})${docker.journal.length > 0 ? `: ${docker.journal.at(-1)}` : ''}`]
      : []),
    ...traces.filter(isDead).map(({ flow, summary }) => `packets from ${flow.network} do not get out: ${summary}`),
  ]
}
