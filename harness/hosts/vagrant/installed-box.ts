import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { waitForLock } from '../../images/lock.ts'
import type { ProvisionOptions } from '../host.ts'
import type { Backend } from './backend.ts'
import type { Box } from './box.ts'
import { vagrantHome } from './place.ts'
import { Vagrant } from './vagrant-cli.ts'

/** The folder in which Vagrant keeps the boxes of a name, one for each version. */
export const boxesOf = (home: string, name: string): string =>
  join(home, 'boxes', name.replaceAll('/', '-VAGRANTSLASH-'))

/**
 * Adds a box of our own to Vagrant's, where it is not there yet. `vagrant up` would do it too, but two of them at once write
 * to the same file, and each finds that its checksum is wrong.
 */
export async function installBox(box: Box, backend: Backend, options: ProvisionOptions): Promise<void> {
  const { logDir, progress, signal } = options
  const home = vagrantHome(backend)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const lock = await waitForLock(join(home, 'dockfault.lock'), signal)
  try {
    // In a person's own home the older ones are for that person to remove.
    if (backend === 'private') pruneBoxes(home, box)
    if (existsSync(join(boxesOf(home, box.name), box.version))) return
    const vagrant = new Vagrant({
      reach: [],
      env: { VAGRANT_HOME: home },
      logFile: join(logDir, 'vagrant.log'),
      progress,
      signal,
    })
    await vagrant.run(['box', 'add', `file://${box.catalogue}`, '--provider', 'libvirt'], { deadlineMs: 300_000 })
  } finally {
    await lock.release()
  }
}

/** Removes the boxes of the same name that this one has replaced. */
export function pruneBoxes(home: string, { name, version }: Pick<Box, 'name' | 'version'>): void {
  const dir = boxesOf(home, name)
  for (const found of existsSync(dir) ? readdirSync(dir) : [])
    if (/^\d/.test(found) && found !== version) rmSync(join(dir, found), { recursive: true, force: true })
}
