import { LabError } from './errors.ts'
import { ensurePackages } from './packages.ts'
import { onPath } from './programs.ts'

/** Programs that specs start, each with its Debian package. Specs that need others are skipped with a word. */
export const specPrograms = {
  ip: 'iproute2',
  nft: 'nftables',
  pgrep: 'procps',
  ping: 'iputils-ping',
  ssh: 'openssh-client',
} as const

/** Mocha's hook before the first spec: installs what is missing as root, else prints the line to run and exits 2. */
export async function mochaGlobalSetup(): Promise<void> {
  const packages = Object.entries(specPrograms).flatMap(([program, name]) => (onPath(program) ? [] : [name]))
  if (packages.length === 0) return
  try {
    await ensurePackages(packages, { why: 'run the specs', progress: () => undefined })
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    console.error(`${error.message}\n${error.hint ?? ''}`)
    process.exit(2)
  }
}
