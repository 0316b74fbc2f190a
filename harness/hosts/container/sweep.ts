import { type Swept, sweepEngines } from './engines.ts'
import { isOrphan, keptLabel, ownerLabel } from './owner.ts'
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
  const filters = encodeURIComponent(JSON.stringify({ label: [ownerLabel] }))
  const found = (await queryDocker(address, 'GET', `/containers/json?all=1&filters=${filters}`)) as Found[] | undefined
  for (const { Id, Names, Labels, State } of found ?? []) {
    const name = `container ${(Names[0] ?? Id).replace(/^\//, '')}`
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
