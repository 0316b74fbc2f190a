import { unmet } from '../hosts/host.ts'
import { providers } from '../hosts/index.ts'
import { hostImages } from '../images/recipe.ts'
import type { Cell } from '../scenario/cell.ts'
import { splitCells } from './shard.ts'

/** A job of a CI system: cells of one provider, and the arguments of `npm run matrix` that run them. */
export interface CiJob {
  name: string
  provider: string
  cells: string[]
  args: string
  /** The expected duration, one cell after the other. */
  minutes: number
}

/** The cheapest provider that has what a cell needs, if all were available. Does not check this machine. */
export async function idealProvider({ host, needs }: Pick<Cell, 'host' | 'needs'>): Promise<string | undefined> {
  // A host without a recipe runs as its public box, because as a container it has not been measured yet.
  const all = await providers(hostImages().includes(host) ? undefined : 'vagrant')
  return all.find((provider) => unmet(needs, provider).length === 0)?.name
}

/**
 * Cells as jobs of about `minutes` each, at most `most` for each provider. No job mixes providers: each needs its
 * runner.
 */
export function ciPlan(
  cells: readonly (Cell & { provider: string })[],
  expected: ReadonlyMap<string, number>,
  { minutes, most }: { minutes: number; most: number },
): CiJob[] {
  return [...new Set(cells.map(({ provider }) => provider))].sort().flatMap((provider) => {
    const own = cells.filter((cell) => cell.provider === provider)
    const ms = (some: readonly Cell[]): number => some.reduce((sum, { name }) => sum + (expected.get(name) ?? 0), 0)
    const of = Math.min(most, own.length, Math.max(1, Math.ceil(ms(own) / (minutes * 60_000))))
    return splitCells(own, of, expected).map((part, i) => ({
      name: `${provider}-${i + 1}`,
      provider,
      cells: part.map(({ name }) => name),
      args: [`--provider ${provider}`, ...part.map(({ name }) => `--select ${name}`)].join(' '),
      minutes: Math.ceil(ms(part) / 60_000),
    }))
  })
}
