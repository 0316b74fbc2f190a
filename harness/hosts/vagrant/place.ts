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

/** Where one machine of Vagrant's lives: its state folder, what Vagrant is told, and how all of it goes away. */
export interface Place {
  /** Words in front of each command. */
  readonly reach: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Folder for sockets, with a short path. */
  readonly sockets: string
  readonly dir: string
  /** Ends the machine and removes all that was made for it. */
  end(): Promise<void>
  /** Leaves it for `npm run down`. */
  leave(): void
}

/** Where Vagrant keeps boxes and plugins. A private libvirtd's machines get a home of their own: they end by a blow. */
export const vagrantHome = (backend: Backend): string =>
  backend === 'private' ? join(cacheRoot(), 'vagrant') : (process.env.VAGRANT_HOME ?? join(homedir(), '.vagrant.d'))

/** Where a machine's console is written: by its first host's logs, where people may look before it ends. */
export const consoleOf = (logDir: string): string => join(logDir, 'machine.log')

/** Makes a place, and the record by which a later harness can end what is in it. */
export async function makePlace(backend: Backend, accelerator: string, options: ProvisionOptions): Promise<Place> {
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
  // Vagrant holds a lock for each name of each folder that it is called in: a folder of its own lets a machine wait for no other.
  writeFileSync(join(dir, 'Vagrantfile'), `load ${JSON.stringify(vagrantfile)}\n`)
  const place = { env, dir, sockets: record.sockets, leave }
  try {
    if (backend !== 'private') {
      record.undo = undoScript(image, prefix, provider, env)
      save()
      return {
        ...place,
        reach: process.platform === 'linux' && !options.keep ? ['setpriv', '--pdeathsig', 'KILL', '--'] : [],
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
      ...place,
      reach: libvirt.reach,
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

// A libvirtd of the machine's own has networks of other people's: ours has a name and a subnet that nobody else chose.
function networkOf(token: string): Record<string, string> {
  const number = [...token].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_536, 0)
  const subnet = `10.${224 + ((number >> 8) % 16)}.${number & 255}.0/24`
  return { DOCKFAULT_NETWORK: `dockfault-${token}`, DOCKFAULT_ADDRESS: subnet }
}

/** What takes a machine away when nobody is left who made it: Vagrant's own word first, then the names it would have had. */
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
