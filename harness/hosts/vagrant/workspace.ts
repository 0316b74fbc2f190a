import { mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { cacheRoot } from '../../images/cache.ts'
import { shellQuote } from '../../lib/text.ts'
import type { ProvisionOptions } from '../host.ts'
import { closeMachine, openMachine, undo } from '../qemu/runs.ts'
import type { Backend } from './backend.ts'
import { startLibvirt } from './libvirt.ts'

const vagrantfile = new URL('../../../Vagrantfile', import.meta.url).pathname

/** The workspace of one machine: its state folder, Vagrant's environment, and how to remove it. */
export interface Workspace {
  /** The words before each command. */
  readonly wrapper: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Folder for sockets, with a short path. */
  readonly sockets: string
  readonly dir: string
  /** Ends the machine and removes everything that was made for it. */
  end(): Promise<void>
  /** Leaves it for `npm run down`. */
  leave(): void
}

/** Where Vagrant keeps boxes and plugins. Machines of a private libvirtd use another one, because they are killed. */
export const vagrantHome = (backend: Backend): string =>
  backend === 'private' ? join(cacheRoot(), 'vagrant') : (process.env.VAGRANT_HOME ?? join(homedir(), '.vagrant.d'))

/** The file of a machine's console, beside the logs of its first host, so that people can read it while it runs. */
export const consoleOf = (logDir: string): string => join(logDir, 'machine.log')

/** Makes a workspace, and the record by which a later harness can end it. */
export async function makeWorkspace(
  backend: Backend,
  accelerator: string,
  options: ProvisionOptions,
): Promise<Workspace> {
  const { image, logDir, signal } = options
  const { dir, record, save } = openMachine(image, image, logDir)
  const token = dir.slice(-6)
  const prefix = `dockfault-${token}-`
  const provider = backend === 'virtualbox' ? 'virtualbox' : 'libvirt'
  const env: Record<string, string> = {
    VAGRANT_CWD: dir,
    VAGRANT_DOTFILE_PATH: join(dir, 'vagrant'),
    VAGRANT_DEFAULT_PROVIDER: provider,
    VAGRANT_HOME: vagrantHome(backend),
    DOCKFAULT_PREFIX: prefix,
    DOCKFAULT_ACCELERATOR: accelerator,
    ...(provider === 'libvirt' && { DOCKFAULT_CONSOLE: consoleOf(logDir) }),
    ...(backend === 'system' && networkOf(token)),
  }
  const leave = (): void => {
    record.kept = true
    save()
  }
  // Vagrant locks each machine name in each working folder, so a folder of its own keeps a machine from waiting.
  writeFileSync(join(dir, 'Vagrantfile'), `load ${JSON.stringify(vagrantfile)}\n`)
  const workspace = { env, dir, sockets: record.sockets, leave }
  try {
    if (backend !== 'private') {
      record.undo = undoScript(image, prefix, provider, env)
      save()
      return {
        ...workspace,
        wrapper: process.platform === 'linux' && !options.keep ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [],
        async end() {
          await undo(record)
          closeMachine(dir, record)
        },
      }
    }
    mkdirSync(vagrantHome(backend), { recursive: true, mode: 0o700 })
    const libvirt = await startLibvirt(dir, {
      keep: options.keep === true,
      signal,
      started: (process) => {
        record.process = process
        save()
      },
    })
    return {
      ...workspace,
      wrapper: libvirt.wrapper,
      async end() {
        await libvirt.end()
        closeMachine(dir, record)
      },
    }
  } catch (error) {
    closeMachine(dir, record)
    throw error
  }
}

// The system's libvirtd may have networks of others, so ours has an unlikely name and subnet.
function networkOf(token: string): Record<string, string> {
  const number = [...token].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_536, 0)
  const subnet = `10.${224 + ((number >> 8) % 16)}.${number & 255}.0/24`
  return { DOCKFAULT_NETWORK: `dockfault-${token}`, DOCKFAULT_ADDRESS: subnet }
}

/** The script that removes a machine whose harness is dead: by Vagrant first, then by its names. */
function undoScript(image: string, prefix: string, provider: string, env: Record<string, string>): string {
  const exported = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}`)
  const name = `${prefix}${image}`
  const virsh = 'virsh -q -c qemu:///system'
  const libvirt = [
    `${virsh} destroy ${name}`,
    `${virsh} undefine ${name} --snapshots-metadata --managed-save --nvram`,
    `${virsh} vol-delete ${name}.img --pool default`,
    `${virsh} net-destroy ${env.DOCKFAULT_NETWORK}`,
    `${virsh} net-undefine ${env.DOCKFAULT_NETWORK}`,
  ]
  const virtualbox = [`VBoxManage controlvm ${name} poweroff`, `VBoxManage unregistervm ${name} --delete`]
  return [
    ...exported,
    `vagrant destroy --force ${image}`,
    ...(provider === 'libvirt' ? libvirt : virtualbox),
    'exit 0',
  ].join('\n')
}
