import { messageOf } from '../lib/errors.ts'
import type { Bundle } from './bundle.ts'
import type { Section, SectionState } from './section.ts'

/** Reads the sections of a bundle and keeps the state of each. A section that cannot be read is failed, never empty. */
export class SectionReader {
  private readonly bundle: Bundle
  private readonly taken = new Map<string, SectionState>()

  constructor(bundle: Bundle) {
    this.bundle = bundle
  }

  /** The value of a section; `empty` where the section is not ok, or its text is damaged. */
  take<T>(name: string, read: (section: Section) => T, empty: T): T {
    const section = this.bundle.sections.get(name)
    const state = section ? stateOf(section) : this.missing()
    this.taken.set(name, state)
    // The first version of the collector printed what it had, then its failure.
    const partial = this.bundle.format === 1 && state.status === 'failed'
    if (!section || (state.status !== 'ok' && !partial)) return empty
    try {
      return read(section)
    } catch (error) {
      if (!partial)
        this.taken.set(name, { ...state, status: 'failed', why: `it cannot be read: ${firstLine(messageOf(error))}` })
      return empty
    }
  }

  /**
   * The value of a section that has failed, from `other`, which lists the same for people: the section counts as read then.
   * Undefined where it has not failed, or the other cannot be read either.
   */
  substitute<T>(name: string, other: string, read: (section: Section) => T): T | undefined {
    const section = this.bundle.sections.get(other)
    if (this.taken.get(name)?.status !== 'failed' || section?.status !== 'ok' || section.text.trim() === '')
      return undefined
    try {
      const value = read(section)
      this.taken.set(name, stateOf(section))
      return value
    } catch {
      return undefined
    }
  }

  /** The value of a section that only older collectors have; undefined where the bundle lacks it. */
  older<T>(name: string, read: (section: Section) => T): T | undefined {
    const section = this.bundle.sections.get(name)
    return section?.status === 'ok' ? read(section) : undefined
  }

  /** The state of each section that was read, by name. */
  states(): Record<string, SectionState> {
    return Object.fromEntries(this.taken)
  }

  private missing(): SectionState {
    const { whole, version } = this.bundle
    return whole
      ? { status: 'absent', why: `the collector that made the bundle (${version}) does not have it` }
      : { status: 'timed-out', why: 'the bundle was cut short' }
  }
}

/** A section's text. */
export const text = (section: Section): string => section.text

/** A section's lines, empty ones left out. */
export const lines = (section: Section): string[] => section.text.split('\n').filter((line) => line !== '')

const stateOf = ({ status, why, ms }: Section): SectionState => ({ status, why, ...(ms !== undefined && { ms }) })

const firstLine = (message: string): string => message.split('\n').slice(0, 3).join(' ').slice(0, 200)
