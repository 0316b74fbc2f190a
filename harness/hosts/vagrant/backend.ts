import { existsSync } from 'node:fs'
import { onPath } from '../../lib/programs.ts'
import { hasLibvirt } from './libvirt.ts'

/** What makes Vagrant's machines: a private libvirtd, the machine's own, or VirtualBox. */
export type Backend = 'private' | 'system' | 'virtualbox'

/** What would make machines here, or the reason why nothing can. Cheap, and starts nothing. */
export function findBackend(): { backend: Backend } | { reason: string } {
  const asked = process.env.VAGRANT_DEFAULT_PROVIDER
  if (asked && asked !== 'libvirt' && asked !== 'virtualbox')
    return { reason: `knows libvirt and virtualbox, not ${asked} (VAGRANT_DEFAULT_PROVIDER)` }
  if (asked === 'virtualbox' || (!asked && onPath('VBoxManage') && !hasLibvirt()))
    return onPath('VBoxManage') ? { backend: 'virtualbox' } : { reason: 'finds no VirtualBox (VBoxManage)' }
  if (hasLibvirt()) return { backend: 'system' }
  if (process.platform !== 'linux') return { reason: 'finds no VirtualBox: install it, and Vagrant' }
  if (process.getuid?.() !== 0)
    return { reason: 'finds no libvirtd, and only root can start a private one: sudo systemctl start libvirtd' }
  return { backend: 'private' }
}

/** Whether this machine installs its packages by apt. */
export const hasApt = (): boolean => existsSync('/usr/bin/apt-get')
