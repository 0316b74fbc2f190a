import type { Facts, SectionState } from '../evidence/facts.ts'
import { fullTable } from '../simulate/conntrack-table.ts'
import type { RestartBlocker } from './restart.ts'
import type { Symptom } from './symptom.ts'

/** One line of the host's evidence, and where it comes from. */
export interface Evidence {
  from: string
  line: string
}

export interface Present {
  answer: 'present'
  confidence: 'certain' | 'likely'
  /** The summary for people where it explains a symptom, and the one where nothing fails yet. */
  active: string
  latent: string
  /** What proves it. */
  evidence: readonly Evidence[]
}

/** A cause's answer on a host. `found` is what rules it out, for people; `why` is what is not known. */
export type Detection = Present | { answer: 'absent'; found: string } | { answer: 'unknown'; why: string }

export const present = (found: Omit<Present, 'answer'>): Present => ({ answer: 'present', ...found })
export const absent = (found: string): Detection => ({ answer: 'absent', found })
export const unknown = (why: string): Detection => ({ answer: 'unknown', why })

/** A way to change a host, as data: one that repairs it, or one that people try first. */
export interface Procedure {
  title: string
  /** Steps in POSIX sh with the host's own names, run as root in order. The first that fails ends the procedure. */
  steps: (facts: Facts) => readonly string[]
  /** Whether the host has to reboot after the steps. */
  reboots?: boolean
  /** What it costs the owner of the host. */
  cost: string
  /** Whether it applies to this host; without it, to all. */
  when?: (facts: Facts) => boolean
}

export interface Remedy extends Procedure {
  /** It restarts dockerd, so it does not help where dockerd would not start. */
  restartsDocker?: boolean
  /** What would be in the way of that restart, and its steps before it remove. */
  removes?: RestartBlocker
}

export interface Temptation extends Procedure {
  /** Why it does not repair the host. */
  why: string
}

/** Why Docker's network fails. A cause reads facts only, and knows no other cause. */
export interface Cause {
  /** As `diagnose` names it. */
  id: string
  title: string
  /** The sections of the evidence that it needs. An `absent` section counts as read: it has nothing to show. */
  needs: readonly string[]
  /** It shows in flows of containers only. Where these are not known or cannot be judged, it is not ruled out. */
  byFlows?: true
  detect(facts: Facts): Detection
  /** Whether it leads to a symptom. Called only where it is present. */
  explains(symptom: Symptom, facts: Facts): boolean
  /** By name, cheapest first. */
  remedies: Readonly<Record<string, Remedy>>
  temptations: Readonly<Record<string, Temptation>>
}

/** The cause with a guarded `detect`: it answers `unknown` where evidence that it needs is missing. */
export function defineCause(cause: Cause): Cause {
  return {
    ...cause,
    detect: (facts) => {
      const missing = cause.needs.flatMap((name) => {
        const state: SectionState | undefined = facts.sections[name]
        return state?.status === 'ok' || state?.status === 'absent'
          ? []
          : [`${name}: ${state?.why ?? 'no such section'}`]
      })
      if (missing.length > 0) return unknown(missing.join('; '))
      const detection = cause.detect(facts)
      if (!cause.byFlows || detection.answer !== 'absent') return detection
      if (!facts.docker.answers) return unknown('dockerd does not answer, so its containers are unknown')
      return fullTable(facts)
        ? unknown('the kernel’s table of connections is full, so no flow can be judged')
        : detection
    },
  }
}
