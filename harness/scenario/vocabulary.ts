import type { z } from 'zod'

/** What a host, or the provider behind it, can do; a scenario's `needs` are the same words. */
export const capabilities = ['systemd', 'docker', 'own-kernel', 'reboot', 'snapshot'] as const
export type Capability = (typeof capabilities)[number]

/** What a probe saw: `error` is a probe tool that crashed, and says nothing about the network. */
export const outcomes = ['pass', 'fail', 'error'] as const
export type Outcome = (typeof outcomes)[number]

/** What a scenario may expect of a probe: never a crash. */
export const expectable = ['pass', 'fail'] as const
export type Expected = (typeof expectable)[number]

/** What a fix did to a broken host, judged by the probes and detectors after it. */
export const fixClasses = ['cures', 'partial', 'masks', 'no-effect', 'worsens'] as const
export type FixClass = (typeof fixClasses)[number]

/** What a scenario has to know of a probe. */
export interface ProbeWord {
  /** Undefined: asked only where a scenario's healthy vector names it. */
  healthy: Expected | undefined
  /** The word that may stand for it and its like. */
  group?: string | undefined
}

/** The words a scenario may use that later layers define: fault kinds, probes with their healthy outcome, images. */
export interface Vocabulary {
  faults: Readonly<Record<string, { params: z.ZodType; fixes: readonly string[]; causes: readonly string[] }>>
  probes: Readonly<Record<string, ProbeWord>>
  hosts: readonly string[]
  /** Hosts that are as another one in all that a scenario does not say of them. */
  likes?: Readonly<Record<string, string>>
  /** What can be done to a healthy host without harm. */
  decoys: readonly string[]
}

/** Where a packet passes by, in order; `input` and `output` where it goes to or comes from the host itself. */
export const tracePlaces = [
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
/** How a trace of a packet ends. All but the last four tell where the packet, or its answer, died. */
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
  'no-answer',
  'answered',
  'refused',
  'passes',
  'unclear',
] as const
