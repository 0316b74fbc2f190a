import type { SosReport } from './report.ts'

/** Where a section of a bundle comes from in a sos report. */
export interface SosSection {
  name: string
  /** Names of the files that hold commands' output, whichever plugin ran them; a prefix where it ends with `*`. */
  commands?: readonly string[]
  /** Other files of the report. */
  files?: readonly RegExp[]
  /**
   * The section's text, as the collector would have printed it. Throws Lacking where the report does not hold it, any other
   * error where it cannot be read.
   */
  read(report: SosReport): string
}
