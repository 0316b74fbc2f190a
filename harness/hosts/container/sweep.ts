import { isAlive } from '../process.ts'
import { engineRecords, type Swept, sweepEngines } from './engines.ts'
import { isOrphan, keptLabel, ownerLabel, ownerName } from './owner.ts'
import { queryDocker, userEngineAddress } from './user-engine.ts'

interface Found {
  Id: string
  Names: string[]
  Labels: Record<string, string>
  State: string
}

/**
 * Ends the hosts and private engines that dead harnesses left behind; with `kept` also those kept on purpose. Runs at
 * every start and in `npm run down`.
 */
export async function sweepContainers({ kept }: { kept: boolean }): Promise<Swept> {
  const swept = await sweepEngines({ kept })
  const address = userEngineAddress()
  if (address === undefined) return swept
  for (const { Id, Names, Labels, State } of await containersOf(address, ownerLabel)) {
    const name = nameOf({ Id, Names })
    const running = State === 'running'
    const goes = keptLabel in Labels && running ? kept : isOrphan(Labels[ownerLabel] ?? '', running)
    if (goes) {
      // Another harness may sweep at the same time. An error for a container that is already gone does no harm.
      await queryDocker(address, 'DELETE', `/containers/${Id}?force=1&v=1`)
      swept.ended.push(name)
    } else swept.running.push(name)
  }
  return swept
}

/** The hosts and engines of this process that are still there, by name, except those kept on purpose. */
export async function ownContainers(): Promise<string[]> {
  const address = userEngineAddress()
  const hosts = address === undefined ? [] : await containersOf(address, `${ownerLabel}=${ownerName()}`)
  const engines = engineRecords().filter(({ owner, kept }) => owner.pid === process.pid && isAlive(owner) && !kept)
  return [
    ...hosts.filter(({ Labels }) => !(keptLabel in Labels)).map(nameOf),
    ...engines.map(({ engine }) => `private Docker engine (pid ${engine?.pid ?? 'none'})`),
  ]
}

async function containersOf(address: string, label: string): Promise<Found[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [label] }))
  return ((await queryDocker(address, 'GET', `/containers/json?all=1&filters=${filters}`)) as Found[] | undefined) ?? []
}

const nameOf = ({ Id, Names }: Pick<Found, 'Id' | 'Names'>): string =>
  `container ${(Names[0] ?? Id).replace(/^\//, '')}`
