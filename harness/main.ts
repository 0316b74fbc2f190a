import { setMaxListeners } from 'node:events'
import pc from 'picocolors'
import { helpFor, helps } from './commands/help.ts'
import { exit, LabError } from './lib/errors.ts'

// Each command is loaded when it is called, so that a mistake in a scenario is told within a second.
const commands: Record<string, () => Promise<{ default: Command }>> = {
  run: () => import('./commands/run.ts'),
  matrix: () => import('./commands/matrix.ts'),
  diagnose: () => import('./commands/diagnose.ts'),
  fix: () => import('./commands/fix.ts'),
  list: () => import('./commands/list.ts'),
  shell: () => import('./commands/shell.ts'),
  report: () => import('./commands/report.ts'),
  box: () => import('./commands/box.ts'),
  down: () => import('./commands/down.ts'),
  doctor: () => import('./commands/doctor.ts'),
  bench: () => import('./commands/bench.ts'),
  schema: () => import('./commands/schema.ts'),
  evidence: () => import('./commands/evidence.ts'),
  field: () => import('./commands/field.ts'),
}

/** A command: from its arguments to an exit code. Its result goes to stdout, everything else to stderr. */
export type Command = (args: string[], signal: AbortSignal) => Promise<number>

/** From the command line to an exit code. */
async function main([name, ...args]: string[]): Promise<number> {
  const interrupt = new AbortController()
  // Every cell that runs listens, and whatever it waits for: many are no leak.
  setMaxListeners(0, interrupt.signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // A second signal means now: the hosts die with this process.
      if (interrupt.signal.aborted) process.exit(exit.interrupted)
      interrupt.abort(new LabError('interrupted', `interrupted by ${signal}`))
    })
  try {
    const help = helpFor(name ?? '', args)
    if (help) {
      console.log(help)
      return exit.passed
    }
    const command = commands[name ?? '']
    if (!command)
      throw new LabError('usage', name ? `no command ${name}` : 'no command given', {
        hint: helpFor('help', [])!,
      })
    return await (await command()).default(args, interrupt.signal)
  } catch (error) {
    return tell(error, name)
  }
}

function tell(error: unknown, name: string | undefined): number {
  if (error instanceof LabError) {
    console.error(pc.red(error.message))
    for (const [key, fact] of Object.entries(error.facts)) console.error(pc.dim(`  ${key}: ${fact}`))
    if (error.hint) console.error(error.hint)
    return error.exitCode
  }
  // parseArgs reports misuse by errors with these codes.
  const code = (error as NodeJS.ErrnoException).code
  if (code?.startsWith('ERR_PARSE_ARGS')) {
    console.error(pc.red((error as Error).message))
    console.error(`npm run ${helps[name!]!.call.split(' ')[0]} -- --help tells what there is`)
    return exit.usage
  }
  console.error(error)
  return exit.broken
}

// Ctrl-C ends a reader such as `| tee` as well: what a run has is written all the same.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

// Hosts are held by handles that keep no process alive, so that a dying one is not delayed: this one does, until the end.
const alive = setInterval(() => {}, 2 ** 30)
process.exitCode = await main(process.argv.slice(2))
clearInterval(alive)
