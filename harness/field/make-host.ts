import { preparation } from '../cell/preparation.ts'
import type { Host, Provider, ProvisionOptions } from '../hosts/host.ts'
import { installPackages } from '../injection/install.ts'
import { LabError } from '../lib/errors.ts'
import { runProbes } from '../probes/probe.ts'
import type { Cell } from '../scenario/cell.ts'
import { deviations } from './line.ts'
import { fieldProbes } from './probes.ts'

export interface MakeOptions extends Pick<ProvisionOptions, 'logDir' | 'progress' | 'signal'> {
  provider: Provider
  /** The healthy cell of the host. */
  cell: Cell
}

/** The healthy outcome of each field probe. */
export const healthyVector: ReadonlyMap<string, 'pass' | 'fail'> = new Map(
  fieldProbes.map(({ name, healthy }) => [name, healthy!]),
)

// The probes leave neighbours and connections behind. For a while they let packets pass that would otherwise die.
const forget = `while read -r _ pid; do [ "$pid" -gt 0 ] && nsenter -t "$pid" -n ip neigh flush all; done </run/dockfault/roster
ip neigh flush all
ip -n outside neigh flush all
conntrack -F`

/**
 * Provisions a host with its outside, its probe containers and these packages, and proves it healthy by every probe that
 * changes nothing. Throws LabError `host` or `probe`, and then leaves no host behind.
 */
export async function makeHost(packages: readonly string[], options: MakeOptions): Promise<Host> {
  const { provider, cell, progress, signal, logDir } = options
  const prepare = preparation(cell.given, progress)
  const host = await provider.provision({ image: cell.host, logDir, progress, signal, prepare })
  try {
    await installPackages(host, cell.host, packages, { progress, signal })
    progress('proving it healthy')
    const [seen] = await runProbes(
      host,
      fieldProbes.filter(({ changes }) => !changes),
      async () => undefined,
    )
    const { probesDead, probesOpen } = deviations(healthyVector, seen)
    const wrong = [...probesDead, ...probesOpen]
    if (wrong.length > 0)
      throw new LabError('probe', `the host is not healthy before the script runs: ${wrong.join(', ')}`, {
        facts: Object.fromEntries(
          seen.filter(({ name }) => wrong.includes(name)).map((each) => [each.name, each.detail]),
        ),
      })
    await host.exec(forget, { deadlineMs: 30_000 })
    return host
  } catch (error) {
    await host[Symbol.asyncDispose]()
    throw error
  }
}
