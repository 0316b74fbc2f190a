import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { waitForLock } from '../../images/lock.ts'
import type { ProvisionOptions } from '../host.ts'
import type { Backend } from './backend.ts'
import type { Box } from './box.ts'
import { Vagrant } from './vagrant-cli.ts'
import { vagrantHome } from './workspace.ts'

/** The folder in which Vagrant keeps the versions of a box. */
export const boxesOf = (home: string, name: string): string =>
  join(home, 'boxes', name.replaceAll('/', '-VAGRANTSLASH-'))

/**
 * Adds one of our boxes to Vagrant, where it is missing. `vagrant up` would add it too, but two at once write to the same
 * file, and both then fail on its checksum.
 */
export async function installBox(box: Box, backend: Backend, options: ProvisionOptions): Promise<void> {
  const { logDir, progress, signal } = options
  const home = vagrantHome(backend)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const lock = await waitForLock(join(home, 'dockfault.lock'), signal)
  try {
    // Older boxes in a user's own home are that user's to remove.
    if (backend === 'private') pruneBoxes(home, box)
    if (existsSync(join(boxesOf(home, box.name), box.version))) return
    const vagrant = new Vagrant({
      wrapper: [],
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

/** Removes the older versions of a box. */
export function pruneBoxes(home: string, { name, version }: Pick<Box, 'name' | 'version'>): void {
  const dir = boxesOf(home, name)
  for (const found of existsSync(dir) ? readdirSync(dir) : [])
    if (/^\d/.test(found) && found !== version) rmSync(join(dir, found), { recursive: true, force: true })
}
