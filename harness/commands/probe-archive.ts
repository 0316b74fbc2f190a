import { readFile } from 'node:fs/promises'

/** The archive of the probe image in base64; builds the image if needed. Throws LabError `image`. */
export async function probeArchive(): Promise<string> {
  const { buildProbe, probeFile } = await import('../images/busybox.ts')
  const dir = await buildProbe({ progress: (line) => console.error(line), signal: new AbortController().signal })
  return (await readFile(probeFile(dir))).toString('base64')
}
