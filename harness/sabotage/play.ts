import { join } from 'node:path'
import { execa } from 'execa'
import type { RunRecord } from '../results/record.ts'
import type { Sabotage } from './sabotage.ts'
import { root } from './sandbox.ts'

/** Where a run went red, and the complaint; `nowhere` where it passed. */
export interface Seen {
  stage: string
  verdict: string
  words: string
}

type Playable = Pick<Sabotage, 'as' | 'cell' | 'provider'> & { until: string | undefined }

// A hang is a way of being caught as well, but nobody waits for it longer.
const deadlineMs = 900_000

/** Runs cells in the project at `dir`, by its own commands, and gives where they went red. `engine`: for containers. */
export async function play(dir: string, of: Playable, engine: string | undefined): Promise<Seen> {
  const { command, ...env } = commandOf(of, engine)
  const { exitCode, stdout, stderr, timedOut } = await execa(process.execPath, command, {
    cwd: dir,
    env: { ...env, DOCKFAULT_REPORTS: join(dir, 'reports'), CI: 'true', NO_COLOR: '1' },
    reject: false,
    timeout: deadlineMs,
  })
  if (timedOut) return { stage: 'run', verdict: 'hung', words: `no end after ${deadlineMs / 60_000} minutes` }
  if (exitCode === 0) return { stage: 'nowhere', verdict: 'passed', words: '' }
  if (of.as === 'machine') return ofMachine(stdout)
  return (stdout.trim().startsWith('{') && ofRecord(JSON.parse(stdout) as RunRecord)) || ofError(stderr, exitCode)
}

function commandOf({ as, cell, provider, until }: Playable, engine: string | undefined) {
  const main = ['--import', 'tsx', 'harness/main.ts']
  const how = ['--provider', provider, '--json', ...(until ? ['--until', until] : [])]
  const cells = cell.split(' ')
  const shared = engine === undefined ? {} : { DOCKER_HOST: engine }
  if (as === 'machine')
    return {
      command: [join(root, 'node_modules/mocha/bin/mocha.js'), 'harness/cells.suite.ts'],
      DOCKFAULT_CELLS: cell,
      DOCKFAULT_PROVIDER: provider,
      ...shared,
    }
  const command =
    as === 'matrix'
      ? [...main, 'matrix', ...cells.flatMap((each) => ['--select', each]), ...how]
      : [...main, 'run', cell, ...how]
  return { command, ...shared }
}

/** The first red cell of a record, by its reason: a sentence that names the stage. */
function ofRecord({ cells, verdict }: RunRecord): Seen | undefined {
  const red = cells.find((cell) => cell.verdict === 'failed' || cell.verdict === 'broken')
  if (!red) return { stage: 'run', verdict, words: 'no cell is red, but the run is' }
  const [, stage, words] = /^stage (\S+): ([\s\S]*)$/.exec(red.reason ?? '') ?? []
  // A reason holds the first mismatch only.
  const more = red.stages.find(({ name }) => name === stage)?.mismatches ?? []
  return { stage: stage ?? 'run', verdict: red.verdict, words: [words ?? red.reason ?? '', ...more].join('\n') }
}

function ofError(stderr: string, code: number | undefined): Seen {
  const lines = stderr.trim().split('\n')
  return { stage: 'run', verdict: code === 2 ? 'broken' : `exit ${code}`, words: lines.slice(-6).join('\n') }
}

// The hook that compares the machine has no test of its own; a failing test is a stage.
function ofMachine(stdout: string): Seen {
  const failures = stdout.split(/\d+ failing/)[1] ?? ''
  const stage = failures.includes('"after all" hook in "{root}"') ? 'machine' : 'run'
  return { stage, verdict: 'failed', words: failures.trim() }
}
