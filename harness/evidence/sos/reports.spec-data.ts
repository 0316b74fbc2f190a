import { readFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { extract, type Header, pack } from 'tar-stream'

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
