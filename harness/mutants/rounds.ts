import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Mutant } from './table.ts'

/** What all sources were when a round began, in hexadecimal digits. */
export function fingerprintOf(sources: ReadonlyMap<string, string>): string {
  const hash = createHash('sha256')
  for (const [file, source] of [...sources].sort()) hash.update(`${file}\n${source}\n`)
  return hash.digest('hex')
}

/** Gives the mutants of a round that ended, with the same sources, in an earlier run; else runs it and keeps them in `file`. */
export async function roundOnce(file: string, fingerprint: string, run: () => Promise<Mutant[]>): Promise<Mutant[]> {
  const kept = readRound(file)
  if (kept?.fingerprint === fingerprint) return kept.mutants
  const mutants = await run()
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, JSON.stringify({ fingerprint, mutants }))
  return mutants
}

function readRound(file: string): { fingerprint: string; mutants: Mutant[] } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // Not there, or cut off while it was written: the round runs again.
    return undefined
  }
}
