import { type Swept, sweepEngines } from './engines.ts'
import { isOrphan, keptLabel, ownerLabel } from './owner.ts'
import { askDocker, userEngineAddress } from './user-engine.ts'

interface Found {
  Id: string
  Names: string[]
  Labels: Record<string, string>
  State: string
}

/**
 * Ends the hosts and private engines that dead harnesses left behind; with `kept`, also those left alive on purpose.
 * Called at every start, and by `npm run down`.
 */
export async function sweepContainers({ kept }: { kept: boolean }): Promise<Swept> {
  const swept = await sweepEngines({ kept })
  const address = userEngineAddress()
  if (address === undefined) return swept
  const filters = encodeURIComponent(JSON.stringify({ label: [ownerLabel] }))
  const found = (await askDocker(address, 'GET', `/containers/json?all=1&filters=${filters}`)) as Found[] | undefined
  for (const { Id, Names, Labels, State } of found ?? []) {
    const name = `container ${(Names[0] ?? Id).replace(/^\//, '')}`
    const running = State === 'running'
    const goes = keptLabel in Labels && running ? kept : isOrphan(Labels[ownerLabel] ?? '', running)
    if (goes) {
      // Another harness may sweep at this very moment: what is gone already is refused, and that is as well.
      await askDocker(address, 'DELETE', `/containers/${Id}?force=1&v=1`)
      swept.ended.push(name)
    } else swept.running.push(name)
  }
  return swept
}
