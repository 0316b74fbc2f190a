import { mkdtempSync, readFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { extract, type Header, pack } from 'tar-stream'
import { readFacts } from '../facts.ts'
import { sosBundle } from './index.ts'

/** An entry of an archive. */
export interface Entry {
  header: Pick<Header, 'name'> & Partial<Pick<Header, 'type' | 'linkname'>>
  text: string
}

export const folder = new URL('reports/', import.meta.url).pathname

/** Recorded reports, and the cause of each host; of the healthy ones none. */
export const reports = [
  { name: 'well/debian12', causes: [] },
  { name: 'well/debian12-sos-4.0', causes: [] },
  { name: 'sick/forwarding-off', causes: ['forwarding-off'] },
  { name: 'sick/host-firewall-drop', causes: ['host-firewall-drop'] },
  { name: 'sick/masquerade-off', causes: ['masquerade-off'] },
  { name: 'sick/rules-flushed', causes: ['rules-flushed'] },
].map((each) => ({ ...each, path: `${folder}${each.name}.tar.gz` }))

/** A recorded report by its name. */
export const reportAt = (name: string): string => {
  const found = reports.find((each) => each.name === name)
  if (!found) throw new RangeError(`no recorded report ${name}`)
  return found.path
}

/** The entries of an archive of gzip. */
export async function entriesOf(path: string): Promise<Entry[]> {
  const archive = extract()
  archive.end(gunzipSync(readFileSync(path)))
  const found: Entry[] = []
  for await (const entry of archive) {
    const parts: Buffer[] = []
    for await (const part of entry) parts.push(part as Buffer)
    const { name, type, linkname } = entry.header
    found.push({ header: { name, type, ...(linkname && { linkname }) }, text: Buffer.concat(parts).toString('utf8') })
  }
  return found
}

/** A plain archive of these entries. */
export async function tarOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack()
  for (const { header, text } of entries) {
    archive.entry(header as Header, text)
  }
  archive.finalize()
  const parts: Buffer[] = []
  for await (const part of archive) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** The same, compressed. */
export const tarGzOf = async (entries: readonly Entry[]): Promise<Buffer> => gzipSync(await tarOf(entries))

/** The folder at the top of that report. */
export const root = 'sosreport-host-2026-11-27-abcdefg'

/** A folder for archives that a block of specs makes, which is removed after it, and what they are made of. */
export function archives() {
  const work = mkdtempSync(join(tmpdir(), 'dockfault-sos-'))
  const entries: Entry[] = []
  before(async () => entries.push(...(await entriesOf(reportAt('well/debian12')))))
  after(() => rm(work, { recursive: true, force: true }))
  const written = async (name: string, content: Buffer | string): Promise<string> => {
    await writeFile(join(work, name), content)
    return join(work, name)
  }
  return {
    work,
    /** The entries of a healthy host's report; empty before the first spec runs. */
    entries: entries as readonly Entry[],
    written,
    factsOf: async (changed: readonly Entry[]) =>
      readFacts(await sosBundle(await written('x.tar.gz', await tarGzOf(changed)))),
    /** The healthy host's report with another text for one file. */
    withText: (name: string, text: string): Entry[] => [
      ...entries.filter(({ header }) => header.name !== `${root}/${name}`),
      { header: { name: `${root}/${name}` }, text },
    ],
  }
}
