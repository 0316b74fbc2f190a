import { existsSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import { ensurePackages, installLine } from '../../lib/packages.ts'
import { onPath } from '../../lib/programs.ts'

/** The Debian packages that a private engine needs. */
export const enginePackages = ['docker.io', 'util-linux']

/** Why no private engine can be started on this machine, if so. */
export function noPrivateEngine(): string | undefined {
  const without = 'finds no Docker engine'
  if (process.platform !== 'linux') return without
  if (process.getuid?.() !== 0) return `${without}, and only root can start a private one`
  if (!mayUnshare()) return `${without}, and root may not make namespaces here for a private one`
  if (onPath('dockerd') || onPath('apt-get')) return undefined
  return `${without} and no dockerd: ${installLine(enginePackages)}`
}

/** Installs dockerd where it is missing, but does not start it: dockerd would change this machine's firewall. */
export async function ensureDockerd(options: { progress: (line: string) => void; signal: AbortSignal }): Promise<void> {
  if (onPath('dockerd')) return
  // The packages start their services, except masked ones.
  const mask = async (verb: 'mask' | 'unmask'): Promise<void> => {
    if (!existsSync('/run/systemd/system')) return
    await execa('systemctl', [verb, '--runtime', 'docker.socket', 'docker.service'], { reject: false })
  }
  await mask('mask')
  try {
    await ensurePackages(enginePackages, { why: 'run a private Docker engine', ...options })
  } finally {
    await mask('unmask')
  }
}

// Root in a container often lacks CAP_SYS_ADMIN, bit 21.
function mayUnshare(): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'
  return ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n
}
