import type { Conditions, HostVerdict, Scenario, TraceExpectation, UnexplainedExpectation } from './schema.ts'
import type { Capability, Registry } from './terms.ts'
import { complete, type Vector, writtenOf } from './vector.ts'

/** What a scenario expects of a host in one state. */
export interface Expectation {
  probes: Vector
  /** The causes that `diagnose` names, and no other. */
  diagnosis: string[]
  /** The unexplained symptoms, each by the step at which it ends, and no other. */
  unexplained?: UnexplainedExpectation[]
  /** The verdict on the host as a whole; not asserted where it is left out. */
  verdict?: HostVerdict
  /** Texts that the journal holds, each within one line. */
  journal: string[]
  /** How a traced packet ends, by the network it starts from; not asserted where it is left out. */
  trace?: { default?: TraceExpectation | undefined; user?: TraceExpectation | undefined }
}

/** A fault to inject: its kind and all its parameters. */
export interface InjectedFault {
  kind: string
  params: Record<string, unknown>
}

/** A fix or non-fix, its effect on the broken host, and what remains of the effect on each rung of the ladder. */
export type PlannedFix = Scenario['fixes'][number]

/** One run of a scenario: one variant on one host, with every default filled in. */
export interface Cell {
  /** `<host>-<scenario>[-<variant>]` */
  name: string
  scenario: string
  host: string
  variant?: string
  title: string
  source?: string
  tags: string[]
  needs: Capability[]
  given: Conditions
  /** An odd but harmless change, made before the host is proven healthy. */
  decoy?: string
  /** A cell without a fault is a control: its host stays healthy. */
  fault?: InjectedFault
  /** A second fault on top of the first. */
  and?: InjectedFault
  healthy: Expectation
  latent?: Expectation
  /** Present exactly when `fault` is. */
  broken?: Expectation
  fixes: PlannedFix[]
  where: { file: string; line: number }
  /** What a sweep set, by the words of `variables.ts`. Then expectations are recorded, and not asserted. */
  varied?: Record<string, string>
}

/** A checked scenario on one host, before its expectations are filled in. */
export interface Draft {
  name: string
  scenario: Scenario
  host: string
  origin: Pick<Cell, 'scenario' | 'where'> & { variant?: string | undefined }
  /** Adds a complaint about the value of one key. */
  refuse(key: keyof Scenario, message: string, hint: string): void
}

/** What a state expects where the scenario writes nothing. A probe that is missing here is as on the healthy host. */
export type Computed = Required<Pick<Expectation, 'diagnosis' | 'unexplained' | 'verdict'>> & {
  probes: Partial<Vector>
}

/** The cell of a draft. Each value is what the scenario writes, else what was computed, else that of the healthy host. */
export function cellOf(
  draft: Draft,
  probes: Registry['probes'],
  computed: { latent?: Computed; broken?: Computed } = {},
): Cell {
  const { hosts: _, fault, and, healthy, latent, broken, source, decoy, ...same } = draft.scenario
  const { scenario, variant, where } = draft.origin
  const outcomes = Object.entries(probes).flatMap(([name, probe]) => {
    const outcome = probe.healthy ?? writtenOf(healthy.probes, name, probes)
    return outcome ? [[name, outcome]] : []
  })
  const healthyVector = complete(healthy.probes, Object.fromEntries(outcomes) as Vector, probes)
  const expectation = (written: Partial<NonNullable<typeof broken>> = {}, otherwise?: Computed): Expectation => {
    const diagnosis = written.diagnosis ?? otherwise?.diagnosis ?? []
    const unexplained = written.unexplained ?? otherwise?.unexplained ?? []
    const sick = diagnosis.length + unexplained.length > 0
    return {
      probes: complete(written.probes ?? {}, healthyVector, probes, otherwise?.probes),
      diagnosis,
      unexplained,
      verdict: written.verdict ?? (sick ? 'sick' : (otherwise?.verdict ?? 'healthy')),
      journal: written.journal ?? [],
      trace: written.trace ?? {},
    }
  }
  return {
    name: draft.name,
    scenario,
    host: draft.host,
    ...(variant ? { variant } : {}),
    ...same,
    ...(source ? { source } : {}),
    ...(decoy ? { decoy } : {}),
    ...(fault ? { fault: injected(fault) } : {}),
    ...(and ? { and: injected(and) } : {}),
    healthy: { probes: healthyVector, diagnosis: [], unexplained: [], verdict: healthy.verdict, journal: [] },
    ...(latent ? { latent: expectation(latent, computed.latent) } : {}),
    ...(fault ? { broken: expectation(broken, computed.broken) } : {}),
    where,
  }
}

/** Splits a fault as a scenario writes it into its kind and its parameters. */
export function injected(fault: NonNullable<Scenario['fault']>): InjectedFault {
  const { kind, ...params } = fault as { kind: string }
  return { kind, params }
}
