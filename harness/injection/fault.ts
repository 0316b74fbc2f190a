import type { z } from 'zod'
import type { Cause, Procedure } from '../cause/cause.ts'
import type { Host } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'

/** A way to make a host sick, and the cause that it makes true. The loader checks a scenario's `fault:` against `params`. */
export interface Fault<P extends object = object> {
  readonly params: z.ZodType<P>
  /** Builds on this machine, once and before there is a host, what the injection needs. */
  prepare?(options: BuildOptions, params: P): Promise<void>
  /** Makes a healthy host sick; with a trigger, only latently. Throws LabError if it fails. */
  inject(host: Host, params: P): Promise<void>
  /** The event that turns the latent fault into a broken host. */
  trigger?(host: Host, params: P): Promise<void>
  /** Undefined for hosts that only resemble a fault. */
  readonly cause?: Cause
  /** Procedures that only the lab tries, by name. */
  readonly experiments?: Readonly<Record<string, Procedure>>
}

/** Every procedure that can be tried on a host with this fault, by name. */
export const proceduresOf = ({
  cause,
  experiments,
}: Pick<Fault, 'cause' | 'experiments'>): Record<string, Procedure> => ({
  ...experiments,
  ...cause?.temptations,
  ...cause?.remedies,
})
