import type { Cell } from '../scenario/cell.ts'
import { type Provider, unmet } from './host.ts'

// Loaded when first asked for, and once: a provider may stand on a large library, or on a daemon of its own.
const makers: Record<string, () => Promise<Provider>> = {
  container: async () => {
    const { closeContainers, container } = await import('./container.ts')
    return { ...container(), close: closeContainers }
  },
  qemu: async () => (await import('./qemu.ts')).qemu(),
  vagrant: async () => (await import('./vagrant.ts')).vagrant(),
}
const made = new Map<string, Promise<Provider>>()

export const providerNames = Object.keys(makers)

/** Every provider, cheapest first; or the one of a name. */
export async function providers(name?: string): Promise<Provider[]> {
  const names = providerNames.filter((candidate) => !name || candidate === name)
  const all = names.map((each) => made.get(each) ?? made.set(each, makers[each]!()).get(each)!)
  return (await Promise.all(all)).sort((a, b) => a.cost - b.cost)
}

/** A provider for a cell, or the reason why there is none: decided before anything boots. */
export async function choose(cell: Cell, asked?: string): Promise<{ provider: Provider } | { reason: string }> {
  const reasons: string[] = []
  for (const provider of await providers(asked)) {
    const missing = unmet(cell.needs, provider)
    const reason = missing.length > 0 ? `has no ${missing.join(', ')}` : await provider.unavailable(cell.host)
    if (reason === undefined) return { provider }
    reasons.push(`${provider.name} ${reason}`)
  }
  return { reason: reasons.join('; ') }
}

/** Ends what providers keep for all their hosts, such as a private Docker engine. */
export async function closeProviders(): Promise<void> {
  for (const provider of await Promise.all(made.values())) await provider.close?.()
  made.clear()
}
