import type { z } from 'zod'
import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'

/** What a detector says of a host. */
export interface Diagnosis {
  cause: string
  /** `latent`: nothing fails yet; `active`: it fails now. */
  state: 'latent' | 'active'
  confidence: 'certain' | 'likely'
  /** One sentence for a person. */
  summary: string
  /** The lines of evidence it stands on, as the host gave them. */
  evidence: { from: string; line: string }[]
  fixes: string[]
  /** What people try that does not help, and why. */
  nonFixes: { name: string; why: string }[]
}

/** Blind and pure: from the facts of a host to a cause, or nothing. It knows no host, scenario or injector. */
export type Detector = (facts: Facts) => Diagnosis | undefined

/** A way people repair (or try to repair) a host, as data. */
export interface Fix {
  title: string
  /** POSIX sh, one step each, run as root in order; the first failing one ends the fix unless it is a non-fix. */
  steps: readonly string[]
  /** Reboot the host after the steps. */
  reboots?: boolean
  /** What it costs the person whose host it is. */
  cost: string
  /** For a non-fix: why it fails. Its presence makes it one. */
  fails?: string
}

/** A fault: one folder. The scenario's `fault:` mapping is checked against `params`. */
export interface Fault<P extends object = object> {
  readonly kind: string
  readonly params: z.ZodType<P>
  /** Makes on this machine, once, what the injection needs; before there is a host. */
  prepare?(options: BuildOptions): Promise<void>
  /** Makes a healthy host sick, or latently sick where the fault has a trigger. Throws LabError when it cannot. */
  inject(host: Host, params: P): Promise<void>
  /** What turns the latent fault into a broken host: the event the write-up tells of. */
  trigger?(host: Host, params: P): Promise<void>
  readonly detectors: Readonly<Record<string, Detector>>
  readonly fixes: Readonly<Record<string, Fix>>
  /** By cause: what is found well where its detector is silent; nothing where the evidence does not show it. */
  readonly well?: Readonly<Record<string, (facts: Facts) => string | undefined>>
}
