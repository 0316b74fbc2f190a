import type { Facts, JoinedContainer, StoppedContainer } from '../evidence/facts.ts'

/** The container whose network another one shares: by its name where it is known, else by the start of its ID. */
export function otherOf(
  { containers, stopped }: Facts['docker'],
  { other }: Pick<JoinedContainer, 'other'>,
): { name: string; isThere: 'running' | 'stopped' | 'gone' } {
  const isId = /^[0-9a-f]{12,64}$/.test(other)
  const isIt = ({ name, id }: { name: string; id: string }): boolean => name === other || (isId && id.startsWith(other))
  const running = containers.find(isIt)
  if (running) return { name: running.name, isThere: 'running' }
  const idle = stopped.find(isIt)
  if (idle) return { name: idle.name, isThere: 'stopped' }
  return { name: isId ? other.slice(0, 12) : other, isThere: 'gone' }
}

/** The containers that run in a network namespace that the one they share it with has left. */
export const apartFromOther = ({ joined, docker }: Facts) =>
  joined.flatMap((each) => (each.apart ? [{ name: each.name, id: each.other, other: otherOf(docker, each) }] : []))

/** Containers that did not start because the one whose network they share did not run: their names, and that one's. */
export const refusedToJoin = ({ docker: { stopped } }: Facts): { name: string; other: string; error: string }[] =>
  stopped.flatMap(({ name, error }: StoppedContainer) => {
    // moby, daemon/container_operations.go, getNetworkedContainer.
    const [, other] =
      error.match(/cannot join network (?:namespace )?of a non running container: (?:container )?\/?([\w.-]+)/) ?? []
    return other ? [{ name, other, error }] : []
  })
