import { copyFile, readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { cached, type Key } from '../../images/cache.ts'
import type { Disk } from '../../images/disk.ts'
import { fingerprint } from '../../images/recipe.ts'
import { sleep } from '../../lib/retry.ts'
import { duration } from '../../lib/text.ts'
import { Guest } from '../guest/guest.ts'
import { runnerProgram } from '../guest/runner.ts'
import type { Host, ProvisionOptions } from '../host.ts'
import { qemuVersion, slowness } from './accelerator.ts'
import { type Accelerator, hardware } from './arguments.ts'
import { copySparse, type Frozen } from './fork.ts'
import { type Machine, type Storage, startMachine } from './machine.ts'
import { makeOverlay } from './overlay.ts'
import { awaitBoot } from './wait.ts'

/** What a machine that becomes a frozen one has. */
const storageOf = ({ disk, memory }: Frozen): Storage => ({
  disk: { file: disk, format: 'qcow2' },
  memory: { file: memory, template: true },
})

// What the last script leaves to be done, up to half a second of an emulated processor, would else be done on every host.
const restMs = 5000

type Options = ProvisionOptions & { fresh?: boolean }

const frozenIn = (dir: string): Frozen => ({
  disk: join(dir, 'disk.qcow2'),
  state: join(dir, 'state'),
  memory: join(dir, 'memory'),
  console: join(dir, 'console.log'),
})

/**
 * A disk's machine, booted by its own boot loader, prepared, and frozen; from the cache where it is there. An emulated
 * processor needs the better part of a minute for a boot and again for the preparation, and no second to go on from this.
 * `enter` makes a machine a host, for the preparation.
 */
export async function makeReady(
  disk: Disk,
  accelerator: Accelerator,
  options: Options,
  enter: (machine: Machine) => Promise<Host>,
): Promise<Frozen> {
  const booted = await makeBooted(disk, accelerator, options)
  const { prepare, image } = options
  if (!prepare) return booted
  const key = await keyOf(disk, accelerator, image, prepare.key)
  const dir = await cached(key, options, async (dir) => {
    const started = Date.now()
    options.progress(`preparing ${image} (${accelerator}), for this and all later runs like it`)
    const own = frozenIn(dir)
    for (const name of ['disk', 'memory'] as const) await copySparse(booted[name], own[name])
    const machine = await startMachine({
      ...options,
      name: `ready-${image}`,
      keep: false,
      accelerator,
      state: booted.state,
      console: booted.console,
      storage: async () => storageOf(own),
    })
    await freeze(machine, own, async () => prepare.make(await enter(machine)))
    options.progress(`${image} is prepared after ${duration(Date.now() - started)}`)
  })
  return frozenIn(dir)
}

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
    await freeze(machine, own, async () => {
      await awaitBoot(machine, new Guest(machine.runner, slow), { ...options, slow })
    })
    options.progress(`${options.image} has booted after ${duration(Date.now() - started)}`)
  })
  return frozenIn(dir)
}

/**
 * Lets something be done to a machine, freezes it as it is then, and ends it whatever happens. What runs scripts on it stays in
 * its memory: to start perl takes an emulated processor five times as long as to go on with it.
 */
async function freeze(machine: Machine, { state, console }: Frozen, first: () => Promise<unknown>): Promise<void> {
  try {
    await first()
    await new Guest(machine.runner, 1).must('flushing the disk', 'sync', { deadlineMs: 120_000 })
    await sleep(restMs)
    await machine.freeze(state)
    await copyFile(machine.consoleFile, console)
  } finally {
    await machine.end()
  }
}

async function keyOf(disk: Disk, accelerator: Accelerator, image: string, preparation = ''): Promise<Key> {
  const parts = [
    '5',
    runnerProgram,
    // The contents, not the recipe: a disk may be built anew from newer packages.
    await readFile(join(disk.file, '../manifest.json'), 'utf8'),
    await qemuVersion(),
    hardware(accelerator).join(' '),
    accelerator === 'kvm' ? (cpus()[0]?.model ?? '') : '',
    preparation,
  ]
  return { image, kind: 'ready', hash: fingerprint(parts) }
}
