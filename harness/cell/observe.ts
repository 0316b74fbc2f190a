import type { Cause } from '../cause/cause.ts'
import { type Examination, examineFacts } from '../diagnosis/examine.ts'
import { withPackets } from '../diagnosis/followed.ts'
import type { SymptomGroup } from '../diagnosis/symptom.ts'
import { collect } from '../evidence/collect.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import type { Vector } from '../fix/classify.ts'
import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { type Probe, type ProbeResult, runProbe, runProbes } from '../probes/probe.ts'
import type { Expectation } from '../scenario/cell.ts'
import type { UnexplainedExpectation } from '../scenario/schema.ts'
import type { Adapter } from '../scoring/adapter.ts'
import { type Answer, runDetector } from '../scoring/run-detector.ts'
import type { Trace } from '../trace/trace.ts'
import { followLarge } from './followers.ts'
import { wrongTrace } from './wrong-trace.ts'

/** Traces a packet from a probe container. `probe` names the probe that sends the same packet. */
export interface Follower {
  from: 'default' | 'user'
  probe: string
  follow: (host: Host, facts: Facts) => Promise<Trace>
}

export interface Traced extends Pick<Follower, 'from' | 'probe'> {
  trace: Trace
}

/** One observation of a host: its probes' answers, its evidence, and the diagnosis of that evidence. */
export interface Observation {
  probes: ProbeResult[]
  vector: Vector
  /** What the collector printed. */
  bundle: string
  facts: Facts
  /** What `diagnose` reports on such a host. */
  examination: Examination
  /** The causes named. */
  named: string[]
  /** One for each follower; empty without followers. */
  traces: Traced[]
  /** The answers of outside detectors, by name. */
  outside: ReadonlyMap<string, Answer>
}

/**
 * Probes a host, collects its evidence and diagnoses it from that evidence alone; outside detectors run on the host
 * itself. The probes that change the host come last.
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
    by.progress(`tracing a packet from the ${from} network`)
    const trace = await followed(() => follow(host, facts))
    if (isSimulated(trace) && facts.sections['rules-native']?.status === 'ok')
      throw new LabError('probe', `no packet from the ${from} network could be followed, in two tries`, {
        facts: { simulated: trace.summary },
      })
    traces.push({ from, probe, trace })
  }
  const outside = new Map<string, Answer>()
  for (const adapter of by.outside) {
    by.progress(`running the detector ${adapter.name}`)
    outside.set(adapter.name, await runDetector(host, adapter))
  }
  // Where the evidence leaves open whether large answers arrive, a packet decides.
  const large = by.followers?.length ? await followLarge(host, facts) : []
  by.progress('running the operations')
  const probes = [...seen, ...(await operate(host, by.probes))]
  const examination = withPackets(examineFacts(facts, { causes: by.causes }), large)
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

/** A trace of a real packet. A busy machine may lose the kernel's events: then a second packet is sent. */
async function followed(follow: () => Promise<Trace>): Promise<Trace> {
  const trace = await follow()
  return isSimulated(trace) ? follow() : trace
}

/** Whether the trace had to be computed. Where no container runs, no packet can be sent. */
const isSimulated = ({ by, end }: Trace): boolean => by === 'rules' && end !== 'no-container'

/** Runs the probes that change the host, one after the other. */
export async function operate(host: Host, probes: readonly Probe[]): Promise<ProbeResult[]> {
  const results: ProbeResult[] = []
  for (const probe of probes.filter(({ changes }) => changes)) results.push(await runProbe(host, probe))
  return results
}

/** Every difference between what a scenario expects of a host and what was seen, as one sentence each. */
export function differences(expected: Partial<Expectation>, seen: Observation): string[] {
  const { probes, diagnosis, trace } = expected
  const compared = probes ? seen.probes : []
  const { named } = seen
  return [
    ...missing(expected, seen),
    ...seen.traces.flatMap((traced) => wrongTrace(traced, trace?.[traced.from], seen)),
    ...compared.flatMap(({ name, outcome, detail }) => {
      const wanted = probes?.[name]
      return wanted === outcome ? [] : [`probe ${name}: expected ${wanted}, saw ${outcome}${detail && ` (${detail})`}`]
    }),
    ...(diagnosis ?? []).filter((cause) => !named.includes(cause)).map((cause) => `diagnosis: ${cause} was not named`),
    ...named
      .filter((cause) => diagnosis && !diagnosis.includes(cause))
      .map((cause) => `diagnosis: ${cause} was named, but is not a cause here`),
    ...wrongVerdict(expected, seen.examination),
  ]
}

/** What the scenario expects an answer from, and nobody ran. */
const missing = ({ probes, trace }: Partial<Expectation>, { vector, traces }: Observation): string[] => [
  ...Object.entries(probes ?? {}).flatMap(([name, wanted]) =>
    name in vector ? [] : [`probe ${name}: expected ${wanted}, but it did not run`],
  ),
  ...Object.entries(trace ?? {}).flatMap(([from, wanted]) =>
    !wanted || traces.some((traced) => traced.from === from)
      ? []
      : [`trace from ${from}: expected one, but no packet was traced`],
  ),
]

/** Where the diagnosis differs from the expected verdict and the expected unexplained symptoms. */
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
      .map((each) => `diagnosis: expected an unexplained symptom ${JSON.stringify(each)}, saw none`),
    ...(wanted ? found.filter((symptom) => !wanted.some((each) => fits(each, symptom))) : []).map(
      ({ what, message, at }) =>
        `diagnosis: unexplained ${at ? `at ${at.way} ${at.location} ` : ''}(${what}: ${message})`,
    ),
  ]
}
