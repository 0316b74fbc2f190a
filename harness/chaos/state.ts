import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Verdict } from '../results/record.ts'
import type { Baseline, Verdicts } from './judge.ts'
import type { Options } from './options.ts'
import type { Round, Strike } from './schedule.ts'

/** A strike and what came of it. */
export interface Struck extends Strike {
  /** What was struck, after how many ms; absent where the process had ended before. */
  hit?: string
  atMs?: number
  /** How the process ended; null by a signal. */
  code: number | null
}

/** A round as it went. */
export interface RoundResult extends Verdicts, Pick<Round, 'index' | 'until'> {
  startedAt: string
  durationMs: number
  struck: Struck[]
  /** How each cell ended. */
  verdicts: Record<string, Verdict>
  /** What was left after the next start or `npm run down`, and what had changed on the machine. */
  leaks: string[]
  /** What was left when a process had ended by itself, and the next start or `npm run down` removed. */
  swept: string[]
}

/** A campaign, as its file holds it. */
export interface State extends Pick<Options, 'seed' | 'provider' | 'kinds' | 'cells'> {
  /** Undisturbed runs by their last stage: their answers, and the ms that they took. */
  baselines: Record<string, { answers: Baseline; durationMs: number }>
  rounds: RoundResult[]
}

/** Reads the campaign of a file, or begins one. */
export function readState(file: string, { seed, provider, kinds, cells }: Options): State {
  const begun: State = { seed, provider, kinds, cells, baselines: {}, rounds: [] }
  return existsSync(file) ? { ...begun, ...(JSON.parse(readFileSync(file, 'utf8')) as State), kinds, cells } : begun
}

/** Writes a campaign. Even if this process dies, the file is whole. */
export function writeState(file: string, state: State): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.part`, `${JSON.stringify(state, undefined, 2)}\n`)
  renameSync(`${file}.part`, file)
}

/** How many strikes of a campaign hit. */
export const hitsOf = ({ rounds }: Pick<State, 'rounds'>): number =>
  rounds.flatMap(({ struck }) => struck).filter(({ hit }) => hit !== undefined).length
