import type { Cell } from '../scenario/cell.ts'
import { type Provider, unmet } from './host.ts'

// Loaded when first asked for: a provider may stand on a large library.
export const makers = {
  qemu: async (): Promise<Provider> => (await import('./qemu.ts')).qemu(),
}
export const providerNames = Object.keys(makers)

/** A provider for a cell, or the reason why there is none: decided before anything boots. */
export async function choose(cell: Cell, asked?: string): Promise<{ provider: Provider } | { reason: string }> {
  const candidates = await Promise.all(
    Object.entries(makers)
      .filter(([name]) => !asked || name === asked)
      .map(([, make]) => make()),
  )
  const reasons: string[] = []
  for (const provider of candidates.sort((a, b) => a.cost - b.cost)) {
    const missing = unmet(cell.needs, provider)
    const reason = missing.length > 0 ? `has no ${missing.join(', ')}` : await provider.unavailable(cell.host)
    if (reason === undefined) return { provider }
    reasons.push(`${provider.name} ${reason}`)
  }
  return { reason: reasons.join('; ') }
}
