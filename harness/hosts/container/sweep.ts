import type Dockerode from 'dockerode'
import { type Swept } from './engines.ts'
import { isOrphan, keptLabel, ownerLabel } from './owner.ts'

/** Removes the hosts of dead harnesses from an engine that is not ours alone; with `kept`, also those left on purpose. */
export async function sweepContainers(docker: Dockerode, { kept = false } = {}): Promise<Swept> {
  const swept: Swept = { ended: [], running: [] }
  const found = await docker.listContainers({ all: true, filters: { label: [ownerLabel] } })
  for (const { Id, Names, Labels, State } of found) {
    const name = (Names[0] ?? Id).replace(/^\//, '')
    const running = State === 'running'
    const goes = Labels[keptLabel] !== undefined && running ? kept : isOrphan(Labels[ownerLabel] ?? '', running)
    if (!goes) {
      swept.running.push(name)
      continue
    }
    // Another harness may sweep at this very moment.
    await docker.getContainer(Id).remove({ force: true, v: true }).catch(() => undefined)
    swept.ended.push(name)
  }
  return swept
}
