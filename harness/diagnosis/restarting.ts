import type { Facts } from '../evidence/facts.ts'
import { restartsItself } from '../evidence/restart-policy.ts'
import { collectedFromMs, startingContainers } from '../simulate/starting.ts'
import { aboutContainer, type Trouble } from './symptom.ts'
import { list } from './words.ts'

// Docker waits up to a minute before it starts a container again.
const withinMs = 5 * 60_000
const often = 3
// Docker waits longer than this only where a container has ended several times in a row. Source: moby, restartmanager.
const longWaitMs = 2000

/** Containers that end and that Docker starts again. One that did so only once may be up by now. */
export function restartingTrouble(facts: Facts): Trouble[] {
  const { containers, stopped } = facts.docker
  const nowMs = (facts.system.nowS ?? 0) * 1000
  const starting = new Set(startingContainers(facts))
  // One that has been up for longer may have been restarted by somebody, or with dockerd.
  const running = containers.flatMap((container) => {
    const { name, id, restart, requested } = container
    const times = restartsItself(restart) && starting.has(container) ? endsOf(id, facts) : 0
    return times < often ? [] : [{ name, ports: requested, again: true, times }]
  })
  const waiting = stopped
    .filter(({ status, error }) => status === 'restarting' && error === '')
    .map(({ name, id, ports, endedMs }) => {
      const times = endsOf(id, facts)
      const waits = endedMs !== undefined && nowMs - endedMs > longWaitMs
      return { name, ports, again: waits || times >= often, times }
    })
  return [...running, ...waiting].map(({ name, ports, again, times }) => {
    const counted = times >= often ? ` (it ended ${times} times within five minutes)` : ''
    const dead = list(ports.map(({ port, protocol }) => `${port}/${protocol}`))
    const message = again
      ? `it restarts again and again${counted}, so nothing in it answers for long${dead && `, nor does its port ${dead}`}: its program ends`
      : `its program ended, and Docker started the container again${counted}: whether it stays up is not known`
    const next = [
      `docker logs --tail 20 ${name}`,
      `docker inspect -f '{{.RestartCount}} {{.State.ExitCode}} {{.State.OOMKilled}}' ${name}`,
    ]
    return { group: aboutContainer(name, { state: again ? 'dead' : 'unclear', message, next }) }
  })
}

/** How often a container has ended lately, by dockerd's journal. */
function endsOf(id: string, facts: Facts): number {
  const from = collectedFromMs(facts)
  if (from === undefined || id === '') return 0
  return facts.docker.journal.filter((line) => {
    if (!line.includes(`container=${id} `) || !line.includes('topic=/tasks/delete')) return false
    return Date.parse(line.match(/^time="([^"]+)"/)?.[1] ?? '') >= from - withinMs
  }).length
}
