import type { Given, HostVerdict, Scenario, TraceExpectation, UnexplainedExpectation } from './schema.ts'
import { complete, type Vector, writtenOf } from './vector.ts'
import type { Capability, Vocabulary } from './vocabulary.ts'

/** What must be seen of a host in one state. */
export interface Expectation {
  probes: Vector
  /** The causes that must be named, and no other. */
  diagnosis: string[]
  /** What is wrong besides, and no cause explains: each by its place, and nothing else. */
  unexplained?: UnexplainedExpectation[]
  /** What it makes of the host as a whole; left out, it is not asserted. */
  verdict?: HostVerdict
  /** Text that must stand in the journal, each a part of one line. */
  journal: string[]
  /** How a followed packet must fare, by where it starts; what is left out is not asserted. */
  trace?: { default?: TraceExpectation | undefined; user?: TraceExpectation | undefined }
}

/** A kind of fault with all its parameters. */
export interface InjectedFault {
  kind: string
  params: Record<string, unknown>
}

/** A fix or non-fix, what it does to the broken host, and what stays of that on each rung of the ladder. */
export type PlannedFix = Scenario['fixes'][number]

/** One run of a scenario: on one host, in one variant, with everything spelled out. */
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
  given: Given
  /** Something odd and harmless that is done to the host before it is proven healthy. */
  decoy?: string
  /** Without it the cell is a control: the host stays healthy. */
  fault?: InjectedFault
  /** A second fault on top of the first. */
  and?: InjectedFault
  healthy: Expectation
  latent?: Expectation
  /** Present exactly when `fault` is. */
  broken?: Expectation
  fixes: PlannedFix[]
  where: { file: string; line: number }
}

/** A checked scenario on one host, with all that it expects still as written. */
export interface Draft {
  name: string
  scenario: Scenario
  host: string
  origin: Pick<Cell, 'scenario' | 'where'> & { variant?: string | undefined }
  /** Complains of the value of one of its keys. */
  refuse(key: keyof Scenario, message: string, hint: string): void
}

/** What is expected in one state unless it is written otherwise. A probe that is not there is as on the healthy host. */
export type Computed = Required<Pick<Expectation, 'diagnosis' | 'unexplained' | 'verdict'>> & {
  probes: Partial<Vector>
}

/** The cell of a draft, spelled out: what is written, else what was computed, else as on the healthy host. */
export function cellOf(
  draft: Draft,
  probes: Vocabulary['probes'],
  computed: { latent?: Computed; broken?: Computed } = {},
): Cell {
  const { hosts: _, fault, and, healthy, latent, broken, source, decoy, ...same } = draft.scenario
  const { scenario, variant, where } = draft.origin
  const asked = Object.entries(probes).flatMap(([name, probe]) => {
    const outcome = probe.healthy ?? writtenOf(healthy.probes, name, probes)
    return outcome ? [[name, outcome]] : []
  })
  const well = complete(healthy.probes, Object.fromEntries(asked) as Vector, probes)
  const expectation = (written: Partial<NonNullable<typeof broken>> = {}, otherwise?: Computed): Expectation => {
    const diagnosis = written.diagnosis ?? otherwise?.diagnosis ?? []
    const unexplained = written.unexplained ?? otherwise?.unexplained ?? []
    const sick = diagnosis.length + unexplained.length > 0
    return {
      probes: complete(written.probes ?? {}, well, probes, otherwise?.probes),
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
    healthy: { probes: well, diagnosis: [], unexplained: [], verdict: healthy.verdict, journal: [] },
    ...(latent ? { latent: expectation(latent, computed.latent) } : {}),
    ...(fault ? { broken: expectation(broken, computed.broken) } : {}),
    where,
  }
}

/** A fault as a scenario writes it: its kind beside its parameters. */
export function injected(fault: NonNullable<Scenario['fault']>): InjectedFault {
  const { kind, ...params } = fault as { kind: string }
  return { kind, params }
}
