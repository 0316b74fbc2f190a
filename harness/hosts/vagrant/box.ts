import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { execa } from 'execa'
import { cached, cacheRoot, type Key } from '../../images/cache.ts'
import { downloadDebs } from '../../images/debs.ts'
import type { Disk } from '../../images/disk.ts'
import { hashFile } from '../../images/manifest.ts'
import { fingerprint, imagesRoot } from '../../images/recipe.ts'
import { LabError } from '../../lib/errors.ts'
import { within } from '../../lib/retry.ts'
import { duration, shellQuote } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import type { ProvisionOptions } from '../host.ts'
import { ownFolder } from '../own-folder.ts'
import { findAccelerator, slowness } from '../qemu/accelerator.ts'
import { startMachine } from '../qemu/machine.ts'
import { makeOverlay } from '../qemu/overlay.ts'
import { awaitBoot } from '../qemu/wait.ts'

type Options = Pick<ProvisionOptions, 'progress' | 'signal'> & { fresh?: boolean | undefined }

/** A box that we built. Vagrant reads its catalogue (`config.vm.box_url`), which names the box's file beside it. */
export interface Box {
  name: string
  version: string
  catalogue: string
  file: string
}

const script = join(imagesRoot, 'common', 'box.sh')

/** The path at which the Vagrantfile finds a host's box: a link to the latest one. */
export const boxLink = (image: string): string => join(cacheRoot(), 'boxes', image)

/** The box of an image, packed from the disk that QEMU hosts use; taken from the cache where possible. */
export async function packBox(image: string, disk: Disk, options: Options): Promise<Box> {
  const dir = await cached(await boxKey(image, disk), options, async (dir) => {
    const started = Date.now()
    const report = (line: string): void => options.progress(`${image} box: ${line} [${duration(Date.now() - started)}]`)
    const scratch = ownFolder('/var/tmp')
    try {
      const overlay = join(scratch, 'overlay.qcow2')
      await makeOverlay(disk.file, overlay)
      report('booting the disk')
      const key = await makeKey(scratch)
      await addSsh(image, disk, { overlay, scratch, publicKey: key.public }, options)
      report('packing')
      await pack(image, { overlay, scratch, privateKey: key.private }, dir)
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
    report('packed')
  })
  const link = boxLink(image)
  await mkdir(dirname(link), { recursive: true })
  // Replaced atomically, because others may read or replace it at the same time.
  const own = `${link}.${randomUUID()}`
  await symlink(relative(dirname(link), dir), own)
  await rename(own, link)
  return readBox(dir)
}

async function boxKey(image: string, disk: Disk): Promise<Key> {
  const parts = ['1', await readFile(join(disk.file, '../manifest.json'), 'utf8'), { file: script }]
  return { image, kind: 'box', hash: fingerprint(parts) }
}

async function readBox(dir: string): Promise<Box> {
  const catalogue = join(dir, 'catalogue.json')
  const { name, versions } = JSON.parse(await readFile(catalogue, 'utf8'))
  return { name, version: versions[0].version, catalogue, file: join(dir, 'box.box') }
}

/** A new key pair for one box. */
async function makeKey(scratch: string): Promise<{ private: string; public: string }> {
  const file = join(scratch, 'key')
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'dockfault', '-f', file])
  return { private: file, public: (await readFile(`${file}.pub`, 'utf8')).trim() }
}

// The journal of the build is no evidence of any fault.
const forgetBoots = 'journalctl --quiet --rotate; journalctl --quiet --vacuum-time=1s; sync'

/** Boots the disk once, without a network card, and installs sshd and its user through the guest agent. */
async function addSsh(
  image: string,
  disk: Disk,
  to: { overlay: string; scratch: string; publicKey: string },
  options: Options,
): Promise<void> {
  const { signal } = options
  const accelerator = await findAccelerator(disk.kernel, signal)
  const slow = slowness(accelerator)
  const machine = await startMachine({
    name: `box-${image}`,
    image,
    logDir: join(cacheRoot(), 'logs', `${image}-box`),
    accelerator,
    storage: async () => ({ disk: { file: to.overlay, format: 'qcow2' } }),
    signal,
  })
  try {
    const guest = new Guest(machine.runner, slow)
    await awaitBoot(machine, guest, { ...options, slow })
    const status = await guest.get('/var/lib/dpkg/status')
    const dir = await downloadDebs(image, status, ['openssh-server', 'sudo'], options)
    options.progress(`${image} box: installing sshd`)
    for (const name of (await readdir(dir)).filter((name) => name.endsWith('.deb')))
      await guest.put(`/var/tmp/box/${name}`, await readFile(join(dir, name)))
    const text = `KEY=${shellQuote(to.publicKey)}\n${await readFile(script, 'utf8')}`
    await guest.runOrThrow('preparing the box', text, { deadlineMs: 180_000 })
    await guest.runOrThrow('ending the first boots', forgetBoots, { deadlineMs: 60_000 })
    await guest.goDown('poweroff')
    if (!(await within(120_000 * slow, machine.ended)))
      throw new LabError('image', `${image} did not power off after its box was prepared`)
  } finally {
    await machine.end()
  }
}

const vagrantfile = `Vagrant.configure('2') do |config|
  config.ssh.private_key_path = File.expand_path('../vagrant_private_key', __FILE__)
end
`

/** Writes the box (a tar with the disk, its metadata and the private key) and its catalogue. */
async function pack(
  image: string,
  from: { overlay: string; scratch: string; privateKey: string },
  dir: string,
): Promise<void> {
  const at = (name: string): string => join(from.scratch, name)
  await execa('qemu-img', ['convert', '-O', 'qcow2', from.overlay, at('box.img')])
  const { stdout } = await execa('qemu-img', ['info', '--output=json', at('box.img')])
  const gibibytes = Math.ceil(JSON.parse(stdout)['virtual-size'] / 2 ** 30)
  const metadata = { provider: 'libvirt', format: 'qcow2', virtual_size: gibibytes }
  await writeFile(at('metadata.json'), `${JSON.stringify(metadata)}\n`)
  await writeFile(at('Vagrantfile'), vagrantfile)
  await writeFile(at('vagrant_private_key'), await readFile(from.privateKey), { mode: 0o600 })
  const file = join(dir, 'box.box')
  const members = ['metadata.json', 'Vagrantfile', 'vagrant_private_key', 'box.img']
  await execa('tar', ['--owner=0', '--group=0', '--numeric-owner', '-cf', file, '-C', from.scratch, ...members])
  // Vagrant replaces a box only with a higher version.
  const version = `1.0.${Math.floor(Date.now() / 1000)}`
  const catalogue = {
    name: `dockfault/${image}`,
    versions: [
      {
        version,
        providers: [
          // The URL uses the link, because this folder gets its name only when it is complete.
          {
            name: 'libvirt',
            url: `file://${boxLink(image)}/box.box`,
            checksum_type: 'sha256',
            checksum: await hashFile(file),
          },
        ],
      },
    ],
  }
  await writeFile(join(dir, 'catalogue.json'), `${JSON.stringify(catalogue, undefined, 2)}\n`)
}
