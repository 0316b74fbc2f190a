import { existsSync } from 'node:fs'
import { onPath } from '../../lib/programs.ts'
import { hasLibvirt } from './libvirt.ts'

/** What runs Vagrant's machines: a private libvirtd, the system's libvirtd, or VirtualBox. */
export type Backend = 'private' | 'system' | 'virtualbox'

/** What can run machines here, or the reason why nothing can. Cheap; starts nothing. */
export function findBackend(): { backend: Backend } | { reason: string } {
  const wanted = process.env.VAGRANT_DEFAULT_PROVIDER
  if (wanted && wanted !== 'libvirt' && wanted !== 'virtualbox')
    return { reason: `supports libvirt and virtualbox, not ${wanted} (VAGRANT_DEFAULT_PROVIDER)` }
  if (wanted === 'virtualbox' || (!wanted && onPath('VBoxManage') && !hasLibvirt()))
    return onPath('VBoxManage') ? { backend: 'virtualbox' } : { reason: 'finds no VirtualBox (VBoxManage)' }
  if (hasLibvirt()) return { backend: 'system' }
  if (process.platform !== 'linux') return { reason: 'finds no VirtualBox: install VirtualBox and Vagrant' }
  if (process.getuid?.() !== 0)
    return { reason: 'finds no libvirtd, and only root can start a private one: sudo systemctl start libvirtd' }
  return { backend: 'private' }
}

/** Whether this machine installs packages with apt. */
export const hasApt = (): boolean => existsSync('/usr/bin/apt-get')
