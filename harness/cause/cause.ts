import type { Facts, SectionState } from '../evidence/facts.ts'
import type { Symptom } from './symptom.ts'

/** One line that the host gave, and where it comes from. */
export interface Evidence {
  from: string
  line: string
}

export interface Present {
  answer: 'present'
  confidence: 'certain' | 'likely'
  /** One sentence for a person, where symptoms are explained by it; and one where nothing fails of it yet. */
  active: string
  latent: string
  /** What it stands on. */
  evidence: readonly Evidence[]
}

/** What a cause answers of a host. `found` is what was found well, in words; `why` is what is not known. */
export type Detection = Present | { answer: 'absent'; found: string } | { answer: 'unknown'; why: string }

export const present = (found: Omit<Present, 'answer'>): Present => ({ answer: 'present', ...found })
export const absent = (found: string): Detection => ({ answer: 'absent', found })
export const unknown = (why: string): Detection => ({ answer: 'unknown', why })

/** What repairs a host, or what people try first, as data. */
export interface Procedure {
  title: string
  /** POSIX sh, one step each, run as root in order; the first that fails ends it. With the host's own names in it. */
  steps: (facts: Facts) => readonly string[]
  /** The host is rebooted after the steps. */
  reboots?: boolean
  /** What it costs the person whose host it is. */
  cost: string
  /** Whether it is of use, or a temptation, on this host; else on all. */
  when?: (facts: Facts) => boolean
}

export interface Remedy extends Procedure {
  /** dockerd is started anew, so that it is of no use where dockerd would not start. */
  restartsDocker?: boolean
}

export interface Temptation extends Procedure {
  /** Why it does not repair the host. */
  why: string
}

/** Why Docker's network fails: one folder. It knows facts alone, and no other cause. */
export interface Cause {
  /** As `diagnose` names it. */
  id: string
  title: string
  /** Sections of the evidence without which it cannot answer; one that is `absent` has nothing to show. */
  needs: readonly string[]
  detect(facts: Facts): Detection
  /** Whether a symptom comes of it; asked only where it is present. */
  explains(symptom: Symptom, facts: Facts): boolean
  /** By name, the one that costs least first. */
  remedies: Readonly<Record<string, Remedy>>
  temptations: Readonly<Record<string, Temptation>>
}

/** A cause as it is, its detection guarded: where evidence that it needs was not had, it answers `unknown`. */
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
      return missing.length > 0 ? unknown(missing.join('; ')) : cause.detect(facts)
    },
  }
}
