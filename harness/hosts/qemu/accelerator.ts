import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cacheRoot } from '../../images/cache.ts'
import { ownFolder } from '../own-folder.ts'
import { machineBoot } from '../process.ts'
import { type Accelerator, acceleratorArgs } from './arguments.ts'

// Under a working KVM, a kernel with no root file system panics after about a second.
const deadlineMs = 15_000
const arrived = 'Kernel panic - not syncing: VFS'

let version: Promise<string> | undefined

/** The first line of `qemu-system-x86_64 --version`, read once. */
export function qemuVersion(): Promise<string> {
  version ??= execa('qemu-system-x86_64', ['--version']).then(({ stdout }) => stdout.split('\n')[0] ?? '')
  return version
}

/** The factor for all deadlines on this accelerator. */
export const slowness = (accelerator: Accelerator): number => (accelerator === 'kvm' ? 1 : 6)

/**
 * KVM if this kernel boots under it, else TCG. A device node proves nothing: some machines have one, and yet guests
 * never print a line. The answer holds until the machine reboots, or QEMU or the kernel changes.
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
  // Answers from earlier boots of this machine are never used again.
  const boot = machineBoot()
  const current = Object.fromEntries(Object.entries(answers).filter(([other]) => other.startsWith(boot)))
  await writeFile(temporary, JSON.stringify({ ...current, [key]: found }, undefined, 2))
  await rename(temporary, file)
  return found
}

/** The accelerator that is known without a boot, from an earlier proof or for lack of /dev/kvm; else undefined. */
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
  const dir = ownFolder()
  const console = join(dir, 'console.log')
  try {
    await execa(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', '--', 'qemu-system-x86_64', '-nodefaults', '-no-user-config', '-display', 'none'],
        // The same machine as the hosts': two processors may fail where one does not.
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
