import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { cached, type Key } from '../../images/cache.ts'
import type { Disk } from '../../images/disk.ts'
import { fingerprint } from '../../images/recipe.ts'
import { duration } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import type { Host, ProvisionOptions } from '../host.ts'
import { slowness } from './accelerator.ts'
import type { Accelerator } from './arguments.ts'
import { bootedIn } from './first-boot.ts'
import { copySparse, type Frozen } from './fork.ts'
import { freezeAfter, frozenIn, machineKey, storageOf } from './frozen.ts'
import { type Machine, startMachine } from './machine.ts'
import { makeOverlay } from './overlay.ts'
import { awaitBoot } from './wait.ts'

type Options = ProvisionOptions & { fresh?: boolean }

/**
 * A disk's machine, booted, prepared and frozen; from the cache if it is there. An emulated processor needs nearly a
 * minute for the boot and as long for the preparation, but less than a second to resume from this. `enter` turns a
 * machine into a host, for the preparation.
 */
export async function makeReady(
  disk: Disk,
  accelerator: Accelerator,
  options: Options,
  enter: (machine: Machine) => Promise<Host>,
): Promise<Frozen> {
  // A fresh one boots again, because the cached one may be what did not resume.
  const kept = options.fresh ? undefined : await bootedIn(dirname(disk.file), accelerator)
  const booted = kept ?? (await makeBooted(disk, accelerator, options))
  const { prepare, image } = options
  if (!prepare) return booted
  // The prepared disk is an overlay on the booted one's.
  const base = await readFile(join(booted.disk, '../manifest.json'), 'utf8')
  const key = await keyOf(disk, accelerator, image, [prepare.key, base])
  const dir = await cached(key, options, async (dir) => {
    const started = Date.now()
    options.progress(`preparing ${image} (${accelerator}), for this and all later runs like it`)
    const own = frozenIn(dir)
    await copySparse(booted.memory, own.memory)
    await makeOverlay(booted.disk, own.disk)
    const machine = await startMachine({
      ...options,
      name: `ready-${image}`,
      keep: false,
      accelerator,
      state: booted.state,
      console: booted.console,
      storage: async () => storageOf(own),
    })
    await freezeAfter(machine, own, async () => prepare.make(await enter(machine)))
    options.progress(`${image} is prepared after ${duration(Date.now() - started)}`)
  })
  return frozenIn(dir)
}

/** A disk's machine, booted by its own boot loader, for when that of its first boot cannot resume here. */
async function makeBooted(disk: Disk, accelerator: Accelerator, options: Options): Promise<Frozen> {
  const key = await keyOf(disk, accelerator, options.image)
  const dir = await cached(key, options, async (dir) => {
    const own = frozenIn(dir)
    const started = Date.now()
    options.progress(`booting ${options.image} (${accelerator}), for this and all later runs`)
    await makeOverlay(disk.file, own.disk)
    const slow = slowness(accelerator)
    const machine = await startMachine({
      ...options,
      name: `ready-${options.image}`,
      keep: false,
      accelerator,
      storage: async () => storageOf(own),
    })
    await freezeAfter(machine, own, async () => {
      await awaitBoot(machine, new Guest(machine.runner, slow), { ...options, slow })
    })
    options.progress(`${options.image} has booted after ${duration(Date.now() - started)}`)
  })
  return frozenIn(dir)
}

async function keyOf(disk: Disk, accelerator: Accelerator, image: string, more: string[] = []): Promise<Key> {
  // A hash of the contents, because the same recipe may build a disk again from newer packages.
  const contents = await readFile(join(disk.file, '../manifest.json'), 'utf8')
  const hash = fingerprint([await machineKey(accelerator), contents, ...more])
  return { image, kind: 'ready', hash }
}
