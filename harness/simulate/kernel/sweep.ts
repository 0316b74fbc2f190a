import { existsSync, readdirSync, rmSync } from 'node:fs'

const dir = '/dev/shm'

/**
 * Removes what killed runs have left: files of their collectors. Their namespaces have no names, and go with the
 * processes that hold them. Gives how many were removed.
 */
export function sweep(): number {
  if (!existsSync(dir)) return 0
  const dead = readdirSync(dir).filter((name) => {
    const [, pid] = name.match(/^dfsim-(\d+)-/) ?? []
    return pid !== undefined && !existsSync(`/proc/${pid}`)
  })
  for (const name of dead) rmSync(`${dir}/${name}`, { recursive: true, force: true })
  return dead.length
}
