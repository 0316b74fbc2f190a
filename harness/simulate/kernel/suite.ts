import { exit, LabError, messageOf } from '../../lib/errors.ts'
import { ensurePackages } from '../../lib/packages.ts'
import { type Missing, missing } from './capabilities.ts'
import { sweep } from './sweep.ts'

/** The Debian packages that random hosts need. */
const tools = ['nftables', 'iptables', 'iproute2', 'ipset', 'perl', 'util-linux']

/**
 * Prepares this machine for random hosts, and removes what a killed run has left; gives what cannot be tried here.
 * Throws LabError `skipped` where no host can be made.
 */
export async function readyForHosts(progress: (line: string) => void, more: readonly string[] = []): Promise<Missing> {
  if (process.platform === 'linux')
    await ensurePackages([...tools, ...more], { why: 'make hosts in network namespaces', progress })
  const without = missing()
  if (without.hosts !== '') throw new LabError('skipped', `no hosts can be made here: ${without.hosts}`)
  sweep()
  return without
}

/**
 * Runs a command to its exit code. When its process group ends, so do its helpers and all namespaces: nothing is left
 * to clean up.
 */
export const runSuite = (main: () => Promise<number>): Promise<never> =>
  main().then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(messageOf(error))
      if (error instanceof LabError && error.hint) console.error(error.hint)
      process.exit(error instanceof LabError ? error.exitCode : exit.broken)
    },
  )
