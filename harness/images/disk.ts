import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { buildProbe, findProbe } from './busybox.ts'
import { type BuildOptions, cached, find } from './cache.ts'
import { asRoot } from './namespace.ts'
import { ensureBuilders } from './needs.ts'
import { loadHostRecipe, recipeScript } from './recipe.ts'
import { makeRoot, rootfsKey } from './rootfs.ts'
import { Steps } from './steps.ts'

const mebibyte = 2 ** 20
const diskSize = 4096 * mebibyte
const partitionStart = mebibyte

/** A bootable disk in the cache, and its kernel. */
export interface Disk {
  /** qcow2, an overlay on others in its folder. Never written to: machines run on overlays of it. */
  file: string
  kernel: string
}

/** A disk that lacks only its boot loader. */
export interface UnbootedDisk {
  image: string
  /** qcow2, never written to: the first boot runs on an overlay of it. */
  file: string
  /** The folder for the frozen machine of the first boot, with its disk, `disk.qcow2`. */
  dir: string
  kernel: string
  initrd: string
  cmdline: string
  /** A script to run inside the guest as root. */
  script: string
}

/** Boots a disk for the first time. */
export interface FirstBoot {
  /** Called when the kernel is known and the disk is still being made. */
  kernelIsThere(kernel: string): Promise<void>
  /** Boots a disk by its kernel, runs its script inside, and freezes the machine. */
  boot(disk: UnbootedDisk): Promise<void>
}

const files = (dir: string): Disk => ({ file: join(dir, 'disk.qcow2'), kernel: join(dir, 'vmlinuz') })

/**
 * The disk of a VM host. Building it needs no root on this machine: the guest itself writes its boot loader when
 * `firstBoot` starts it.
 */
export async function buildDisk(image: string, firstBoot: FirstBoot, options: BuildOptions): Promise<Disk> {
  const recipe = loadHostRecipe(image)
  await ensureBuilders(options)
  const probe = await buildProbe({ ...options, fresh: false })
  const dir = await cached(rootfsKey(recipe, 'disk', probe), options, async (dir) => {
    const steps = new Steps(`${image} disk`, dir, options)
    const inDir = (name: string): string => join(dir, name)
    const [tar, tree, raw] = [inDir('root.tar'), inDir('tree'), inDir('disk.raw')]
    await makeRoot(recipe, { vm: true, probe, tar, steps })

    await mkdir(tree)
    // The kernel fills /dev by itself, and a user namespace cannot create devices.
    const unpack = [
      'tar',
      '--extract',
      '--exclude=./dev/*',
      '--numeric-owner',
      '--xattrs',
      '--xattrs-include=*',
      '--file',
      tar,
    ]
    await steps.run('unpacking', [...asRoot(), ...unpack, '--directory', tree])
    for (const [name, path] of Object.entries({
      vmlinuz: 'vmlinuz',
      initrd: 'initrd.img',
      cmdline: 'etc/dockfault/cmdline',
    })) {
      const [command, ...args] = [...asRoot(), 'cat', join(tree, path)]
      await execa(command!, args, { stdout: { file: inDir(name) } })
    }
    await firstBoot.kernelIsThere(inDir('vmlinuz'))
    await writePartitionTable(raw)
    // Features that extlinux cannot read are left out.
    const features = '^64bit,^metadata_csum,^metadata_csum_seed,^orphan_file'
    const blocks = String((diskSize - partitionStart) / 4096)
    const make = ['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-O', features, '-m', '0', '-d', tree]
    await steps.run('making the file system', [...asRoot(), ...make, '-E', `offset=${partitionStart}`, raw, blocks])
    await steps.run('removing the unpacked files', [...asRoot(), 'rm', '-rf', tree])
    await rm(tar)

    await steps.run('converting', ['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, inDir('base.qcow2')])
    await rm(raw)

    steps.report('booting it for the first time')
    await firstBoot.boot({
      image,
      file: inDir('base.qcow2'),
      dir,
      kernel: inDir('vmlinuz'),
      initrd: inDir('initrd'),
      cmdline: (await readFile(inDir('cmdline'), 'utf8')).trim(),
      script: await readFile(recipeScript(recipe, recipe['first-boot']), 'utf8'),
    })
    for (const name of ['initrd', 'cmdline']) await rm(inDir(name))
    steps.report('built')
  })
  return files(dir)
}

/** The disk of an image, if the cache has it undamaged and from the present recipe. */
export async function findDisk(image: string): Promise<Disk | undefined> {
  const recipe = loadHostRecipe(image)
  const probe = await findProbe()
  const dir = probe && (await find(rootfsKey(recipe, 'disk', probe)))
  return dir ? files(dir) : undefined
}

/** Writes an empty disk with one bootable Linux partition from the first mebibyte to the end. */
async function writePartitionTable(file: string): Promise<void> {
  const entry = Buffer.alloc(16)
  entry[0] = 0x80 // bootable
  // The largest cylinder value means that the sector numbers count.
  entry.set([0xfe, 0xff, 0xff], 1)
  entry[4] = 0x83 // Linux
  entry.set([0xfe, 0xff, 0xff], 5)
  entry.writeUInt32LE(partitionStart / 512, 8)
  entry.writeUInt32LE((diskSize - partitionStart) / 512, 12)
  const handle = await open(file, 'w')
  await handle.truncate(diskSize)
  await handle.write(entry, 0, 16, 446)
  await handle.write(Buffer.from([0x55, 0xaa]), 0, 2, 510)
  await handle.close()
}
