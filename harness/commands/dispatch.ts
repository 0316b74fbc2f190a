import { setMaxListeners } from 'node:events'
import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { exit, LabError } from '../lib/errors.ts'
import { invocation } from '../lib/invocation.ts'
import { clean } from '../lib/text.ts'
import { version } from '../lib/version.ts'
import { colorsFor } from '../report/terminal/colors.ts'
import { fitLines } from '../report/terminal/fit-lines.ts'
import { type CommandName, declarations } from './declarations.ts'
import { helpFor } from './help.ts'
import { parse } from './parse.ts'

/** A command turns arguments into an exit code. It writes its result to stdout and everything else to stderr. */
export type Command = (args: string[], signal: AbortSignal) => Promise<number>

/** Commands by name. Each is loaded when it is called, so that mistakes in arguments show at once. */
export type Commands = Readonly<Partial<Record<CommandName, () => Promise<{ default: Command }>>>>

/**
 * Runs the command that the arguments name, and sets the exit code of the process. `elsewhere` gives the error for a
 * command that only another program has.
 */
export async function runProgram(
  argv: readonly string[],
  commands: Commands,
  elsewhere: (name: string) => LabError | undefined = () => undefined,
): Promise<void> {
  // Ctrl-C also ends a reader such as `| tee`. The run still writes its record.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
    })
  // The handles of hosts do not keep the process alive, so that they cannot delay its end. This timer does.
  const alive = setInterval(() => {}, 2 ** 30)
  process.exitCode = await dispatch(argv, commands, elsewhere)
  clearInterval(alive)
}

async function dispatch(
  [name = '', ...args]: readonly string[],
  commands: Commands,
  elsewhere: (name: string) => LabError | undefined,
): Promise<number> {
  const interrupt = new AbortController()
  // Every running cell listens, and so does all that it waits for. Many listeners are no leak.
  setMaxListeners(0, interrupt.signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // A second signal means now. The hosts end with this process.
      if (interrupt.signal.aborted) process.exit(exit.interrupted)
      interrupt.abort(new LabError('interrupted', `interrupted by ${signal}`))
    })
  try {
    const names = Object.keys(commands)
    const { columns } = colorsFor(process.stdout)
    const help = name === '--version' ? `dockfault ${version}` : helpFor(name, args, names, columns)
    if (help) {
      console.log(help)
      return exit.passed
    }
    const load = Object.hasOwn(commands, name) ? commands[name as CommandName] : undefined
    const other = load ? undefined : elsewhere(name)
    if (other) throw other
    if (!load)
      throw new LabError('usage', name ? `unknown command: ${name}` : 'name a command', {
        hint: helpFor('help', [], names, columns)!,
      })
    keepReports(name as CommandName, args)
    return await (await load()).default(args, interrupt.signal)
  } catch (error) {
    return report(error, name)
  }
}

// Loading a command fixes the folder of its reports, also for what it starts. So this comes first.
function keepReports(name: CommandName, args: readonly string[]): void {
  if (!('reports' in declarations[name].options)) return
  const { reports } = parse(name, args).values as { reports?: string }
  if (reports !== undefined) process.env.DOCKFAULT_REPORTS = resolve(reports)
}

/** Prints an error, and gives its exit code. */
function report(error: unknown, name: string): number {
  const paint = colorsFor(process.stderr)
  const print = (text: string): void => {
    for (const line of fitLines(text.split('\n'), paint.columns)) console.error(line)
  }
  if (error instanceof LabError) {
    // Either may quote a host.
    print(paint.red(clean(error.message)))
    for (const [key, fact] of Object.entries(error.facts)) print(paint.dim(clean(`  ${key}: ${fact}`)))
    if (error.hint) print(error.hint)
    return error.exitCode
  }
  // The errors of parseArgs have these codes.
  const code = (error as NodeJS.ErrnoException).code
  if (code?.startsWith('ERR_PARSE_ARGS')) {
    print(paint.red((error as Error).message))
    print(`options: ${invocation(name, '--help')}`)
    return exit.usage
  }
  console.error(clean(inspect(error)))
  return exit.broken
}
