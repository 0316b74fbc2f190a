import type { Cell } from '../scenario/cell.ts'
import { type Provider, unmet } from './host.ts'

// Each is loaded once, when first needed: a provider may use a large library or a daemon of its own.
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

/** Every provider, cheapest first, or the one of that name. */
export async function providers(name?: string): Promise<Provider[]> {
  const names = providerNames.filter((candidate) => !name || candidate === name)
  const all = names.map((each) => made.get(each) ?? made.set(each, makers[each]!()).get(each)!)
  return (await Promise.all(all)).sort((a, b) => a.cost - b.cost)
}

/** A provider for a cell, or the reason why there is none. Boots nothing. */
export async function choose(cell: Cell, wanted?: string): Promise<{ provider: Provider } | { reason: string }> {
  const reasons: string[] = []
  for (const provider of await providers(wanted)) {
    const missing = unmet(cell.needs, provider)
    const reason = missing.length > 0 ? `has no ${missing.join(', ')}` : await provider.unavailable(cell.host)
    if (reason === undefined) return { provider }
    reasons.push(`${provider.name} ${reason}`)
  }
  return { reason: reasons.join('; ') }
}

/** Ends what providers share among hosts, such as a private Docker engine. */
export async function closeProviders(): Promise<void> {
  for (const provider of await Promise.all(made.values())) await provider.close?.()
  made.clear()
}
