import type { Cause } from '../cause/cause.ts'
import { type Examination, examineFacts } from '../diagnosis/examine.ts'
import type { SymptomGroup } from '../diagnosis/symptom.ts'
import { collect } from '../evidence/collect.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import type { Vector } from '../fix/classify.ts'
import type { Host } from '../hosts/host.ts'
import { type Probe, type ProbeResult, runProbe, runProbes } from '../probes/probe.ts'
import type { Expectation } from '../scenario/cell.ts'
import type { TraceExpectation, UnexplainedExpectation } from '../scenario/schema.ts'
import type { Adapter } from '../scoring/adapter.ts'
import { type Answer, runDetector } from '../scoring/run-detector.ts'
import { traceByRules } from '../trace/by-rules.ts'
import { isDead, type Trace } from '../trace/trace.ts'

/** Follows a packet from one of the probe containers. `probe` is the one that asks the same of the network. */
export interface Follower {
  from: 'default' | 'user'
  probe: string
  follow: (host: Host, facts: Facts) => Promise<Trace>
}

export interface Traced extends Pick<Follower, 'from' | 'probe'> {
  trace: Trace
}

/** A host looked at once: what its probes answered, what it says of itself, and what the diagnosis makes of that. */
export interface Observation {
  probes: ProbeResult[]
  vector: Vector
  /** What the collector printed. */
  bundle: string
  facts: Facts
  /** What users are told of such a host. */
  examination: Examination
  /** The causes named. */
  named: string[]
  /** By where the packet starts; none unless asked for. */
  traces: Traced[]
  /** What outside detectors said, by name. */
  outside: ReadonlyMap<string, Answer>
}

/**
 * Probes a host, collects its evidence and diagnoses it blind; outside detectors run on the host itself. Last come the
 * probes that change it.
 */
export async function observe(
  host: Host,
  by: {
    probes: readonly Probe[]
    causes: readonly Cause[]
    followers?: readonly Follower[]
    outside: readonly Adapter[]
    progress: (line: string) => void
  },
): Promise<Observation> {
  by.progress('probing')
  const [seen, bundle] = await runProbes(
    host,
    by.probes.filter(({ changes }) => !changes),
    () => {
      by.progress('collecting evidence')
      return collect(host)
    },
  )
  const facts = readFacts(bundle)
  const traces: Traced[] = []
  for (const { from, probe, follow } of by.followers ?? []) {
    by.progress(`following a packet from the ${from} network`)
    traces.push({ from, probe, trace: await followed(() => follow(host, facts)) })
  }
  const outside = new Map<string, Answer>()
  for (const adapter of by.outside) {
    by.progress(`asking ${adapter.name}`)
    outside.set(adapter.name, await runDetector(host, adapter))
  }
  by.progress('operating')
  const probes = [...seen, ...(await operate(host, by.probes))]
  const examination = examineFacts(facts, { causes: by.causes })
  return {
    probes,
    vector: Object.fromEntries(probes.map(({ name, outcome }) => [name, outcome])),
    bundle,
    facts,
    examination,
    named: examination.findings.map(({ cause }) => cause),
    traces,
    outside,
  }
}

/** A trace of a real packet: on a busy machine the kernel's events may be lost, and then one more is sent. */
async function followed(follow: () => Promise<Trace>): Promise<Trace> {
  const trace = await follow()
  return trace.by === 'rules' && trace.end !== 'no-container' ? follow() : trace
}

/** Asks, one after the other, those of the probes that change the host. */
export async function operate(host: Host, probes: readonly Probe[]): Promise<ProbeResult[]> {
  const results: ProbeResult[] = []
  for (const probe of probes.filter(({ changes }) => changes)) results.push(await runProbe(host, probe))
  return results
}

/** Every difference between what a scenario expects of a host, as far as it does, and what was seen, a sentence each. */
export function differences(expected: Partial<Expectation>, seen: Observation): string[] {
  const { probes, diagnosis, trace } = expected
  const asked = probes ? seen.probes : []
  const { named } = seen
  return [
    ...seen.traces.flatMap((traced) => wrongTrace(traced, trace?.[traced.from], seen)),
    ...asked.flatMap(({ name, outcome, detail }) => {
      const wanted = probes?.[name]
      return wanted === outcome ? [] : [`probe ${name}: expected ${wanted}, saw ${outcome}${detail && ` (${detail})`}`]
    }),
    ...(diagnosis ?? []).filter((cause) => !named.includes(cause)).map((cause) => `diagnosis: ${cause} was not named`),
    ...named
      .filter((cause) => diagnosis && !diagnosis.includes(cause))
      .map((cause) => `diagnosis: ${cause} was named, and is not the cause`),
    ...wrongVerdict(expected, seen.examination),
  ]
}

/** What the diagnosis says otherwise of the host as a whole, and of what no cause explains. */
function wrongVerdict(
  { verdict, unexplained: wanted }: Partial<Expectation>,
  { verdict: saw, symptoms, notJudged }: Examination,
): string[] {
  const found = symptoms.filter(({ state, explainedBy }) => state !== 'unclear' && explainedBy.length === 0)
  const fits = ({ kind, at, chain, owner }: UnexplainedExpectation, symptom: SymptomGroup): boolean =>
    (kind === undefined || kind === symptom.kind) &&
    (at === undefined || at === symptom.at?.location) &&
    (chain === undefined || chain === symptom.rule?.chain) &&
    (owner === undefined || owner === symptom.rule?.owner.who)
  return [
    ...(verdict !== undefined && verdict !== saw
      ? [
          `diagnosis: expected the verdict ${verdict}, saw ${saw}${saw === 'unknown' ? ` (${notJudged.join('; ')})` : ''}`,
        ]
      : []),
    ...(wanted ?? [])
      .filter((each) => !found.some((symptom) => fits(each, symptom)))
      .map((each) => `diagnosis: nothing unexplained was found that is ${JSON.stringify(each)}`),
    ...(wanted ? found.filter((symptom) => !wanted.some((each) => fits(each, symptom))) : []).map(
      ({ what, message, at }) =>
        `diagnosis: unexplained ${at ? `at ${at.way} ${at.location} ` : ''}(${what}: ${message})`,
    ),
  ]
}

/** What a trace says otherwise than the scenario, or than the probe that asked the same. */
function wrongTrace(
  { from, probe, trace }: Traced,
  wanted: TraceExpectation | undefined,
  { vector, facts }: Observation,
): string[] {
  const { end, at, terminatingRule } = trace
  const simulated = trace.by === 'packets' ? traceByRules(trace.flow, facts) : undefined
  const saw: TraceExpectation = {
    end,
    at: at?.location,
    way: at?.way,
    chain: terminatingRule?.chain,
    owner: terminatingRule?.owner.who,
  }
  const wrong = Object.entries(wanted ?? {}).filter(([key, value]) => saw[key as keyof TraceExpectation] !== value)
  const contradicts = isDead(trace) ? vector[probe] === 'pass' : end === 'answered' && vector[probe] === 'fail'
  return [
    ...(wrong.length > 0
      ? [
          `trace from ${from}: expected ${wrong.map(([key, value]) => `${key} ${value}`).join(', ')}, saw ${wrong
            .map(([key]) => `${key} ${saw[key as keyof TraceExpectation] ?? 'none'}`)
            .join(', ')} (${trace.summary})`,
        ]
      : []),
    ...(contradicts ? [`trace from ${from}: ${trace.summary}, and yet the probe ${probe} says ${vector[probe]}`] : []),
    ...(simulated ? disagreements(trace, simulated).map((words) => `trace from ${from}: ${words}`) : []),
  ]
}

/** Where a real packet and the simulated one come to different ends. What is unclear agrees with all. */
function disagreements(trace: Trace, simulated: Trace): string[] {
  if (simulated.end === 'unclear') return []
  if (isDead(simulated) && trace.end === 'answered') return [`answered, and yet simulated ${simulated.summary}`]
  // What becomes of a packet outside is not the host's to know.
  if (!isDead(trace) || trace.end === 'no-answer' || trace.end === 'no-container') return []
  if (!isDead(simulated)) return [`${trace.summary}, and yet simulated it passes`]
  const location = ({ at }: Trace): string => `${at?.way} ${at?.location}`
  return location(trace) === location(simulated)
    ? []
    : [`it died at ${location(trace)}, and simulated at ${location(simulated)} (${simulated.summary})`]
}
