import type { Cause, Present } from '../cause/cause.ts'
import { causes as allCauses } from '../causes/causes.ts'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { groupBy } from '../lib/group.ts'
import { type Flow, type Simulation, simulate } from '../simulate/index.ts'
import { traceOfWalk } from '../trace/by-rules.ts'
import type { Trace } from '../trace/trace.ts'
import { type Advice, adviceOn } from './advice.ts'
import { bypassedTrouble } from './bypassed.ts'
import { containerTrouble } from './container-trouble.ts'
import { daemonTrouble } from './daemon.ts'
import { droppedDirect } from './direct.ts'
import { explain, type Named } from './explain.ts'
import { exposedPorts } from './exposed.ts'
import { groupFlows, isCertain, type SortedFlows, sortFlows } from './flow-symptoms.ts'
import { fullTableTrouble } from './full-table.ts'
import { haltedTrouble } from './halted.ts'
import { hiddenMachineTrouble } from './hidden-machines.ts'
import { lockTrouble } from './iptables-lock.ts'
import { lostAddresses } from './lost-address.ts'
import { missingPrograms } from './missing-programs.ts'
import { notSeen } from './not-seen.ts'
import { operationTrouble } from './operations.ts'
import { restartingTrouble } from './restarting.ts'
import { staleConnectionTrouble } from './stale-connections.ts'
import type { SymptomGroup } from './symptom.ts'
import { describeEach, wordsKey } from './words.ts'

/** A cause that was named, with the full advice on it. */
export interface Finding extends Advice, Pick<Present, 'confidence' | 'evidence'> {
  cause: string
  /** `active`: it explains a symptom; `latent`: nothing fails because of it yet. */
  state: 'active' | 'latent'
  summary: string
}

/** Everything that the evidence shows about a host, as plain data. */
export interface Judgement {
  /** `healthy`: everything was judged and works. `unknown`: nothing is known to be wrong, but not all could be judged. */
  verdict: 'healthy' | 'sick' | 'unknown'
  /** Worst first. */
  findings: Finding[]
  /** Sets of causes that explain the same symptoms: nothing on the host decides between them. */
  ambiguous: string[][]
  /** What is dead, open or unclear, each problem once. */
  symptoms: SymptomGroup[]
  /** A sentence for each dead or open symptom that no present cause explains. */
  unexplained: string[]
  /** Causes that are absent, and what rules them out. */
  ruledOut: { cause: string; found: string }[]
  /** Causes that could not be judged, and why. */
  notChecked: { cause: string; why: string }[]
  /** The flows that work: nothing on this host stops them. */
  works: string[]
  /** What an admin allows on purpose, and only for some addresses. */
  restricted: string[]
  /** Published ports that are open to the outside although the host's own firewall lets in no such port. */
  exposed: string[]
  /** Packets to containers' own addresses that Docker has dropped, if there were any. */
  direct: string[]
  /** What is missing from the evidence. */
  notSeen: string[]
  /** What could not be judged, and why: unclear symptoms, and missing evidence. */
  notJudged: string[]
  /** A connection from each network to the outside, simulated. */
  traces: Trace[]
}

/** A judgement with the facts behind it. */
export interface Examination extends Judgement {
  facts: Facts
  /** The causes that were checked. */
  causes: readonly Cause[]
}

/** Examines a host by its evidence alone. Throws LabError `usage` if the text is no bundle. */
export const examine = (bundle: string, causes?: readonly Cause[]): Examination =>
  examineFacts(readFacts(bundle), { causes })

export interface Means {
  /** The causes to check; by default all. */
  causes?: readonly Cause[] | undefined
  /** Whether a real packet has shown that a flow works, whatever the simulation found. */
  proven?: (flow: Flow) => boolean
}

/** Examines a host by its facts. */
export function examineFacts(facts: Facts, { causes = allCauses, proven = () => false }: Means = {}): Examination {
  const simulation = simulate(facts)
  const flows = sortFlows(simulation, proven)
  const troubles = [
    ...daemonTrouble(facts),
    ...containerTrouble(facts),
    ...restartingTrouble(facts),
    ...haltedTrouble(facts),
    ...missingPrograms(facts),
    ...lostAddresses(facts),
    ...hiddenMachineTrouble(facts),
    ...fullTableTrouble(facts),
    ...lockTrouble(facts),
    ...staleConnectionTrouble(facts),
    ...bypassedTrouble(facts),
    ...operationTrouble(facts),
  ]
  const toExplain = [
    ...troubles.flatMap(({ symptom }) => symptom ?? []),
    ...flows.bad.flatMap(({ walk, symptoms }) => (isCertain(walk) ? symptoms : [])),
  ]
  const explained = explain(toExplain, facts, causes)
  const { explainersOf, ambiguous, ruledOut, notChecked } = explained
  const symptoms = [
    ...troubles.map(({ group, symptom }) => ({ ...group, explainedBy: symptom ? explainersOf(symptom) : [] })),
    ...groupFlows(
      flows,
      { ...simulation, walks: simulation.walks.filter(({ flow }) => !proven(flow)) },
      facts,
      explainersOf,
    ),
  ].sort((a, b) => urgency[a.state] - urgency[b.state])
  return conclude({
    findings: explained.named.map((named) => findingOf(named, facts)).sort((a, b) => rank(a) - rank(b)),
    ambiguous,
    symptoms,
    ruledOut,
    notChecked,
    works: works(flows),
    restricted: flows.restricted,
    exposed: exposedPorts(simulation),
    direct: droppedDirect(facts),
    notSeen: notSeen(facts),
    traces: tracesOf(simulation),
    facts,
    causes,
  })
}

const urgency = { dead: 0, open: 1, unclear: 2 } as const

type Seen = Omit<Examination, 'verdict' | 'unexplained' | 'notJudged'>

/** Adds the verdict, which follows from what was found and what could not be judged. */
export function conclude(seen: Seen): Examination {
  const dead = seen.symptoms.filter(({ state }) => state !== 'unclear')
  const unclear = seen.symptoms.filter(({ state }) => state === 'unclear')
  const notJudged = [...unclear.map(({ what, message }) => `${what}: ${message}`), ...seen.notSeen]
  const sick = seen.findings.length + dead.length > 0
  return {
    ...seen,
    // Missing evidence may hide anything, so finding nothing is not enough for `healthy`.
    verdict: sick ? 'sick' : notJudged.length > 0 ? 'unknown' : 'healthy',
    unexplained: dead
      .filter(({ explainedBy }) => explainedBy.length === 0)
      .map(({ what, message }) => `${what}: ${message}`),
    notJudged,
  }
}

const findingOf = ({ cause, detection, state }: Named, facts: Facts): Finding => ({
  cause: cause.id,
  state,
  confidence: detection.confidence,
  summary: detection[state],
  evidence: detection.evidence,
  ...adviceOn(cause, facts),
})

const rank = ({ state, confidence }: Pick<Finding, 'state' | 'confidence'>): number =>
  (state === 'active' ? 0 : 2) + (confidence === 'certain' ? 0 : 1)

/** The working flows, in lines of one kind, without those of whose kind another container's does not work. */
function works({ works, bad }: SortedFlows): string[] {
  const doubtful = new Set(bad.map(({ walk }) => wordsKey(walk.flow)))
  const whole = works.flatMap(({ flow }) => (doubtful.has(wordsKey(flow)) ? [] : flow))
  return groupBy(whole, ({ kind, ought }) => `${kind} ${ought === 'die'}`).flatMap(describeEach)
}

/** A simulated TCP connection to the outside for each network, as a trace. */
function tracesOf({ walks, net }: Simulation): Trace[] {
  const egress = walks.filter(({ flow }) => flow.kind === 'egress' && flow.protocol === 'tcp' && flow.size === 'small')
  return groupBy(egress, ({ flow }) => flow.network).map(([walk]) => {
    const { container, network, bridge, source, address, port, protocol } = walk!.flow
    return traceOfWalk({ container, network, bridge, source, address, port, protocol }, walk!, net.facts)
  })
}
