import { stat } from 'node:fs/promises'
import { LabError, messageOf } from '../../lib/errors.ts'
import { type SealedSection, sealBundle } from '../reseal.ts'
import { sosVersion } from './mark.ts'
import { readReportArchive } from './read-archive.ts'
import { readReportFolder } from './read-folder.ts'
import { Lacking, SosReport } from './report.ts'
import type { SosSection } from './section.ts'
import { sosSections } from './sections.ts'

/**
 * The bundle that the collector would have printed on the host of a sos report, as far as the report goes: an archive, or
 * a folder. A section that the report lacks is `failed`, with the reason. Throws LabError `usage` where it is no sos report,
 * `host` where it cannot be read.
 */
export async function sosBundle(path: string): Promise<string> {
  const report = new SosReport(await readReport(path))
  return sealBundle(
    sosSections.map((section) => sealed(section, report)),
    sosVersion(report.version),
  )
}

async function readReport(path: string) {
  try {
    return (await stat(path)).isDirectory() ? await readReportFolder(path) : await readReportArchive(path)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('host', `cannot read ${path}: ${messageOf(error)}`)
  }
}

/** A part that is not understood is not known, whatever the reason. */
function sealed({ name, read }: SosSection, report: SosReport): SealedSection {
  try {
    return { name, text: read(report) }
  } catch (error) {
    const isAbsent = error instanceof Lacking && error.isAbsent
    const why = error instanceof Lacking ? error.message : `it cannot be read: ${messageOf(error)}`
    return { name, status: isAbsent ? 'absent' : 'failed', complaints: why.split('\n')[0]!.slice(0, 300) }
  }
}
