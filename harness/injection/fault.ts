import type { z } from 'zod'
import type { Cause, Procedure } from '../cause/cause.ts'
import type { Host } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'

/** A fault: what makes a host sick, and the cause that it makes true. The scenario's `fault:` is checked against `params`. */
export interface Fault<P extends object = object> {
  readonly kind: string
  readonly params: z.ZodType<P>
  /** Makes on this machine, once, what the injection needs; before there is a host. */
  prepare?(options: BuildOptions): Promise<void>
  /** Makes a healthy host sick, or latently sick where the fault has a trigger. Throws LabError when it cannot. */
  inject(host: Host, params: P): Promise<void>
  /** What turns the latent fault into a broken host: the event the write-up tells of. */
  trigger?(host: Host, params: P): Promise<void>
  /** A look-alike has none. */
  readonly cause?: Cause
  /** What is tried in the lab alone, by name. */
  readonly experiments?: Readonly<Record<string, Procedure>>
}

/** All that can be tried on a host that has a fault, by name. */
export const proceduresOf = ({
  cause,
  experiments,
}: Pick<Fault, 'cause' | 'experiments'>): Record<string, Procedure> => ({
  ...experiments,
  ...cause?.temptations,
  ...cause?.remedies,
})
