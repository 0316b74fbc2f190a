import type { z } from 'zod'

/** What a host and its provider can do; the words of a scenario's `needs`. */
export const capabilities = ['systemd', 'docker', 'own-kernel', 'reboot', 'snapshot'] as const
export type Capability = (typeof capabilities)[number]

/** The outcome of a probe. `error`: the tool of the probe crashed, which proves nothing about the network. */
export const outcomes = ['pass', 'fail', 'error'] as const
export type Outcome = (typeof outcomes)[number]

/** The outcomes that a scenario may expect: never a crash. */
export const expectable = ['pass', 'fail'] as const
export type Expected = (typeof expectable)[number]

/** The effect of a fix on a broken host, judged by the probes and detectors after it. */
export const fixClasses = ['cures', 'partial', 'masks', 'no-effect', 'worsens'] as const
export type FixClass = (typeof fixClasses)[number]

/** What the checks of a scenario know about a probe. */
export interface ProbeWord {
  /** Undefined: it runs only where a scenario's healthy vector names it. */
  healthy: Expected | undefined
  /** A word that stands for it and the others of its group. */
  group?: string | undefined
}

/** The words of a scenario that later layers define: kinds of fault, probes with their healthy outcome, images. */
export interface Registry {
  faults: Readonly<Record<string, { params: z.ZodType; fixes: readonly string[]; causes: readonly string[] }>>
  probes: Readonly<Record<string, ProbeWord>>
  hosts: readonly string[]
  /** Hosts that behave like another one, unless a scenario writes otherwise. */
  likes?: Readonly<Record<string, string>>
  /** Odd but harmless changes to a healthy host. */
  decoys: readonly string[]
}

/** The steps of a packet's path, in order. `input` and `output` are for packets to and from the host itself. */
export const traceSteps = [
  'container',
  'bridge',
  'prerouting',
  'routing',
  'input',
  'output',
  'forward',
  'postrouting',
  'uplink',
  'outside',
] as const
/** How a trace of a packet ends. All but the last four mean that the packet, or its answer, was dropped. */
export const traceEnds = [
  'dropped',
  'rejected',
  'unmasqueraded',
  'no-container',
  'no-link',
  'no-route',
  'forwarding-off',
  'wrong-bridge',
  'source-check',
  'no-neighbour',
  'too-large',
  'no-listener',
  'halted',
  'no-answer',
  'answered',
  'refused',
  'passes',
  'unclear',
] as const
