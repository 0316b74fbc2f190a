import { execa } from 'execa'
import { announce } from './announce.ts'
import { LabError } from './errors.ts'

export interface EnsureOptions {
  /** What the packages are for: words that fit after "to". */
  why: string
  progress: (line: string) => void
  signal?: AbortSignal
}

/** The Debian packages of a list that are not installed; all of them, where there is no dpkg. */
export async function missingPackages(names: readonly string[]): Promise<string[]> {
  const { stdout } = await execa(
    'dpkg-query',
    [
      '--show', // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own format
      '--showformat=${Package} ${db:Status-Status}\\n',
      ...names,
    ],
    {
      reject: false,
    },
  )
  const installed = new Set(
    String(stdout ?? '')
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  )
  return names.filter((name) => !installed.has(name))
}

/** The line that installs packages by hand. */
export const installLine = (names: readonly string[]): string =>
  `sudo apt-get install -y --no-install-recommends ${names.join(' ')}`

let turn: Promise<void> = Promise.resolve()

/**
 * Installs missing Debian packages if this process is root, and announces first what and why. Otherwise it rejects with
 * LabError `missing`, whose hint is the command to run. Calls run one after another, because apt does not wait for itself
 * and because one call may install what the next one needs.
 */
export function ensurePackages(names: readonly string[], options: EnsureOptions): Promise<void> {
  const ended = turn.then(() => ensure(names, options))
  turn = ended.catch(() => undefined)
  return ended
}

async function ensure(names: readonly string[], options: EnsureOptions): Promise<void> {
  const missing = await missingPackages(names)
  if (missing.length === 0) return
  const list = missing.join(' ')
  const apt = await execa('apt-get', ['--version'], { reject: false })
  if (process.getuid?.() !== 0 || apt.failed)
    throw new LabError('missing', `to ${options.why}, dockfault needs these packages: ${list}`, {
      hint: apt.failed ? `install your system's packages for: ${list}` : installLine(missing),
      facts: { missing },
    })
  const doing = `installing on this machine, to ${options.why}: ${list}`
  announce(doing)
  options.progress(doing)
  const run = (...args: string[]) =>
    execa('apt-get', args, {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      stdin: 'ignore',
      reject: false,
      all: true,
      ...(options.signal ? { cancelSignal: options.signal } : {}),
    })
  // Another process may be installing; apt waits up to ten minutes for its lock.
  const install = () => run('install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=600', ...missing)
  // The package lists may be missing or stale (a clean container has none). Updating them is slow, so try without first.
  let result = await install()
  if (result.failed && !result.isCanceled) {
    await run('update')
    result = await install()
  }
  options.signal?.throwIfAborted()
  if (result.failed)
    throw new LabError(
      'missing',
      `apt-get could not install ${list}: ${String(result.all).trim().split('\n').at(-1)}`,
      {
        hint: installLine(missing),
        facts: { missing },
      },
    )
}
