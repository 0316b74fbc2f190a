import type { FixClass, Outcome } from '../scenario/terms.ts'

/** Outcomes by probe name. */
export type Vector = Readonly<Record<string, Outcome>>

/**
 * What a fix did, judged by the probes and by whether a cause is still named afterwards. A probe is right if it answers
 * as on the healthy host, so lost isolation counts as a loss. Undefined if a probe tool crashed.
 */
export function classify(seen: {
  healthy: Vector
  broken: Vector
  after: Vector
  stillNamed: boolean
}): FixClass | undefined {
  const { healthy, broken, after, stillNamed } = seen
  const names = Object.keys(healthy)
  if (names.some((name) => after[name] === 'error')) return undefined
  const isRight = (vector: Vector, name: string): boolean => vector[name] === healthy[name]
  const gained = names.filter((name) => !isRight(broken, name) && isRight(after, name))
  const lost = names.filter((name) => isRight(broken, name) && !isRight(after, name))
  const opened = lost.some((name) => healthy[name] === 'fail')
  if (opened || (lost.length > 0 && gained.length === 0)) return 'worsens'
  if (names.every((name) => isRight(after, name))) {
    if (!stillNamed) return 'cures'
    return gained.length > 0 ? 'masks' : 'no-effect'
  }
  return gained.length > 0 ? 'partial' : 'no-effect'
}
