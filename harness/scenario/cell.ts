import type { Given, Scenario, TraceExpectation } from './schema.ts'
import type { Capability, Expected, Vocabulary } from './vocabulary.ts'

/** The outcome of every probe. */
export type Vector = Record<string, Expected>

/** What must be seen of a host in one state. */
export interface Expectation {
  probes: Vector
  /** The causes that must be named; every other detector stays silent. */
  diagnosis: string[]
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

/** The cells of one checked scenario, one per host. */
export function cellsOf(
  scenario: Scenario,
  origin: { scenario: string; variant?: string | undefined; where: Cell['where'] },
  probes: Vocabulary['probes'],
): Cell[] {
  const { hosts, fault, and, healthy, latent, broken, source, decoy, ...same } = scenario
  const said: Record<string, string | undefined> = healthy.probes
  const asked = Object.entries(probes).filter(([name, answer]) => answer ?? said[name])
  const well = complete(said, Object.fromEntries(asked) as Vector)
  const expectation = (state: NonNullable<typeof broken>): Expectation => ({
    probes: complete(state.probes, well),
    diagnosis: state.diagnosis,
    journal: state.journal,
    trace: state.trace,
  })
  return hosts.map((host) => ({
    name: [host, origin.scenario, origin.variant].filter(Boolean).join('-'),
    scenario: origin.scenario,
    host,
    ...(origin.variant ? { variant: origin.variant } : {}),
    ...same,
    ...(source ? { source } : {}),
    ...(decoy ? { decoy } : {}),
    ...(fault ? { fault: split(fault as { kind: string }) } : {}),
    ...(and ? { and: split(and as { kind: string }) } : {}),
    healthy: { probes: well, diagnosis: [], journal: [] },
    ...(latent ? { latent: expectation(latent) } : {}),
    ...(broken ? { broken: expectation(broken) } : {}),
    where: origin.where,
  }))
}

/** A vector with every asked probe in it: named, else by its `default`, else as on the healthy host. */
function complete(named: Record<string, string | undefined>, healthy: Readonly<Vector>): Vector {
  const rest = named.default ?? 'healthy'
  return Object.fromEntries(
    Object.entries(healthy).map(([probe, well]) => [
      probe,
      (named[probe] ?? (rest === 'healthy' ? well : rest)) as Expected,
    ]),
  )
}

const split = ({ kind, ...params }: { kind: string }): InjectedFault => ({ kind, params })
