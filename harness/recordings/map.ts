import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { LabError } from '../lib/errors.ts'

/** The folder that paths of recordings are relative to. */
export const harnessDir = new URL('../', import.meta.url).pathname
const mapFile = new URL('../evidence/recordings.yaml', import.meta.url).pathname

// `large`: the packets of a large transfer. `probed`: the probes run first, because the cause shows in their traffic.
const followed = {
  packets: z.string().optional(),
  large: z.boolean().optional(),
  probed: z.boolean().optional(),
}
const entry = z.union([
  z.strictObject({ cell: z.string(), stage: z.string() }),
  z.strictObject({ cell: z.string(), script: z.string(), ...followed }),
  z.strictObject({ cell: z.string(), file: z.string(), ...followed }),
  // Made by `npm run field -- FOLDER --record` from a script that is kept elsewhere.
  z.strictObject({ cell: z.string(), elsewhere: z.string() }),
])
type Entry = z.infer<typeof entry>

/** A recorded bundle: its path under harness/ without `.bundle`, and how to make its host again. */
export type Recording = Exclude<Entry, { file: string }> & { path: string }
/** A recording of a stage of a cell. */
export type StageRecording = Extract<Recording, { stage: string }>
/** A recording of a host that a script changed. */
export type ScriptRecording = Extract<Recording, { script: string }>

/**
 * Every entry of recordings.yaml, in order; a script kept in a file under harness/ is read. Throws LabError `usage` where
 * the map is invalid or a script is missing.
 */
export function readRecordings(file = mapFile): Recording[] {
  const result = z.record(z.string(), entry).safeParse(parse(readFileSync(file, 'utf8')))
  if (!result.success) throw new LabError('usage', `${file}: ${z.prettifyError(result.error)}`)
  return Object.entries(result.data).map(([path, made]) => ({ path, ...withScript(made) }))
}

function withScript(made: Entry): Exclude<Entry, { file: string }> {
  if (!('file' in made)) return made
  const { file, ...rest } = made
  if (!existsSync(join(harnessDir, file))) throw new LabError('usage', `${mapFile}: no script ${file}`)
  return { ...rest, script: readFileSync(join(harnessDir, file), 'utf8') }
}

/** The stage of a cell without the rung of its ladder: `fix:NAME+RUNG` belongs to the stage `fix:NAME`. */
export const stageOf = ({ stage }: Pick<StageRecording, 'stage'>): string => stage.split('+')[0]!
