import { existsSync, readdirSync, rmSync } from 'node:fs'

const dir = '/dev/shm'

/**
 * Removes files that killed runs' collectors have left; gives how many. The namespaces have no names, and end with the
 * processes that hold them.
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
