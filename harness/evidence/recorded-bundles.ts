import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const harness = new URL('../', import.meta.url).pathname

/** The recorded bundles that are in the tree, by `CELL STAGE`: paths of files. */
export function recordedBundles(): Map<string, string[]> {
  const map = parse(readFileSync(new URL('recordings.yaml', import.meta.url), 'utf8')) as Record<
    string,
    { cell: string; stage?: string }
  >
  const bundles = new Map<string, string[]>()
  for (const [path, { cell, stage }] of Object.entries(map)) {
    const file = `${harness}${path}.bundle`
    const key = `${cell} ${stage}`
    if (stage && existsSync(file)) bundles.set(key, [...(bundles.get(key) ?? []), file])
  }
  return bundles
}
