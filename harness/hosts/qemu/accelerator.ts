import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheRoot } from '../../images/cache.ts'
import { machineBoot } from '../process.ts'
import { type Accelerator, acceleratorArgs } from './arguments.ts'

// A kernel with no root file system gets here in about a second under a KVM that works.
const deadlineMs = 15_000
const arrived = 'Kernel panic - not syncing: VFS'

let version: Promise<string> | undefined

/** The version of this machine's QEMU, in its own words; asked once. */
export function qemuVersion(): Promise<string> {
  version ??= execa('qemu-system-x86_64', ['--version']).then(({ stdout }) => stdout.split('\n')[0] ?? '')
  return version
}

/** Deadlines on an emulated processor, against those on a real one. */
export const slowness = (accelerator: Accelerator): number => (accelerator === 'kvm' ? 1 : 6)

/**
 * KVM where this very kernel boots under it, else TCG. A device node proves nothing: it is there on machines where
 * guests never print a line. The answer is remembered until the machine reboots, or QEMU or the kernel change.
 */
export async function findAccelerator(kernel: string, signal: AbortSignal): Promise<Accelerator> {
  if (!(await hasDevice())) return 'tcg'
  const key = await identity(kernel)
  const answers = await remembered()
  const known = answers[key]
  if (known) return known
  const found = (await boots(kernel, signal)) ? 'kvm' : 'tcg'
  signal.throwIfAborted()
  await mkdir(cacheRoot(), { recursive: true })
  const file = join(cacheRoot(), 'accelerator.json')
  const temporary = `${file}.${process.pid}`
  // Answers of earlier boots of this machine are dropped: they will never be asked for again.
  const boot = machineBoot()
  const current = Object.fromEntries(Object.entries(answers).filter(([other]) => other.startsWith(boot)))
  await writeFile(temporary, JSON.stringify({ ...current, [key]: found }, undefined, 2))
  await rename(temporary, file)
  return found
}

/** What an earlier proof said of this machine, or what needs none; undefined when it takes a boot to know. */
export async function knownAccelerator(): Promise<Accelerator | undefined> {
  if (!(await hasDevice())) return 'tcg'
  const boot = machineBoot()
  return Object.entries(await remembered()).findLast(([key]) => key.startsWith(boot))?.[1]
}

const hasDevice = (): Promise<boolean> =>
  access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )

async function identity(kernel: string): Promise<string> {
  const hash = createHash('sha256').update(await readFile(kernel))
  return `${machineBoot()} ${await qemuVersion()} ${hash.digest('hex').slice(0, 16)}`
}

async function remembered(): Promise<Record<string, Accelerator>> {
  try {
    return JSON.parse(await readFile(join(cacheRoot(), 'accelerator.json'), 'utf8')) as Record<string, Accelerator>
  } catch {
    return {}
  }
}

async function boots(kernel: string, signal: AbortSignal): Promise<boolean> {
  const dir = await mkdtemp(join(tmpdir(), 'dockfault-kvm-'))
  const console = join(dir, 'console.log')
  try {
    await execa(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', '-nodefaults', '-no-user-config', '-display', 'none'],
        // The machine the hosts will have, since two processors may fail where one does not.
        ...['-machine', 'q35', ...acceleratorArgs('kvm'), '-m', '512', '-no-reboot'],
        ...['-serial', `file:${console}`, '-kernel', kernel, '-append', 'console=ttyS0 panic=-1'],
      ],
      { timeout: deadlineMs, killSignal: 'SIGKILL', cancelSignal: signal, reject: false, stdin: 'ignore' },
    )
    return (await readFile(console, 'utf8').catch(() => '')).includes(arrived)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
