import type { Facts } from '../../evidence/facts.ts'
import { planted } from '../planted.ts'
import type { BaseChain } from './compiled.ts'
import { usesConntrack } from './conntrack-use.ts'
import { nftBaseChains } from './nft/tables.ts'
import { firstOn, sourceOn } from './own-addresses.ts'
import { type Station, throughHook } from './through-hook.ts'
import { eitherOrder, tiedOrder } from './tied-order.ts'
import type { Family, Firewall, HookName, HostView, PassOptions, World } from './types.ts'
import { type SavedTable, savedBaseChains, savedTables } from './xtables/tables.ts'

/** A host's firewall, both backends and all families, ready to run packets through its hooks. */
export function buildFirewall(facts: Facts, view: HostView): Firewall {
  const chains = baseChains(facts)
  const host = withAddresses(view, facts)
  const known = new Map<Family, Map<HookName, Orders>>()
  for (const family of ['ip', 'ip6', 'bridge', 'arp', 'netdev'] as const) known.set(family, new Map())
  const at = (family: Family, hook: HookName): Orders => {
    const own = known.get(family)!
    const found = own.get(hook)
    if (found) return found
    const made = ordersOf(chains.filter((base) => base.hook === hook && base.families.includes(family)))
    own.set(hook, made)
    return made
  }
  // NAT that is registered at one hook of a family decides at all of them: it binds the connection as it is.
  const families = new Set(chains.filter(({ type }) => type === 'nat').flatMap((base) => base.families))
  const translates = new Set([...families].filter((family) => usesConntrack(facts, family)))
  return {
    pass: (family, hook, packet, device = '', options = {}) => {
      const { first, legacyFirst } = at(family, hook)
      const lead = (order: readonly Station[], own = options) =>
        throughHook(order, { packet, family, hook, device, host, priority: 0 }, translates.has(family), own)
      const ways = ({ stations, tied }: Order): World[] => {
        const beside =
          translates.has(family) && options.untranslate && besideNat(stations, options.untranslate.priority)
        // NAT is registered even at hooks where it has no chain: there it translates answers.
        if (beside) return eitherOrder(lead(stations), lead(stations, behind(options)), beside, 'NAT')
        const nat = tied?.find((station) => station.is === 'nat')?.chains[0]
        return tied && nat ? eitherOrder(lead(stations), lead(tied), nat, 'NAT') : lead(stations)
      }
      const worlds = ways(first)
      return legacyFirst ? eitherOrder(worlds, ways(legacyFirst), legacyFirst.base, 'iptables-legacy') : worlds
    },
    // NAT records its decision at each of its hooks.
    hasZones: hasZones(facts),
    has: (family, hook) => at(family, hook).first.stations.length > 0 || translates.has(family),
  }
}

const hasZones = ({ xtables, xtables6, nft }: Facts): boolean =>
  [xtables.nft, xtables.legacy, xtables6?.nft, xtables6?.legacy].some((saved) =>
    saved?.rules.some(({ text }) => text.includes('--zone')),
  ) || nft.some(({ rules }) => rules.some(({ expr }) => expr.some(setsZone)))

function setsZone({ mangle }: Record<string, unknown>): boolean {
  const { key } = (mangle ?? {}) as { key?: { ct?: { key?: unknown } } }
  return key?.ct?.key === 'zone'
}

/** A chain with NAT's own priority at a hook where NAT has no chains. */
function besideNat(stations: readonly Station[], priority: number): BaseChain | undefined {
  if (stations.some(({ is }) => is === 'nat')) return undefined
  const chain = stations.find((station) => station.is === 'chain' && station.priority === priority)
  return chain?.is === 'chain' ? chain.base : undefined
}

const behind = ({ untranslate, ...options }: PassOptions): PassOptions => ({
  ...options,
  ...(untranslate && { untranslate: { ...untranslate, priority: untranslate.priority + 1 } }),
})

/** Where the links are listed with their addresses, the kernel's choice among these is known. */
function withAddresses(view: HostView, { links }: Facts): HostView {
  if (!links.some(({ ips }) => ips !== undefined && ips.length > 0)) return view
  const byName = new Map(links.map((link) => [link.name, link]))
  return {
    ...view,
    sourceOn: (device, family, nextHop) =>
      family === 4 ? sourceOn(byName, device, nextHop) : view.addressOf(device, family),
    firstAddress: (device, family) => (family === 4 ? firstOn(byName, device) : view.addressOf(device, family)),
  }
}

function baseChains(facts: Facts): BaseChain[] {
  const saved = new Map<string, SavedTable>()
  for (const table of [
    ...savedTables(facts.xtables.nft, 4, 'nft', facts),
    ...(facts.xtables6 ? savedTables(facts.xtables6.nft, 6, 'nft', facts) : []),
  ]) {
    const key = `${table.family === 4 ? 'ip' : 'ip6'} ${table.name}`
    if (!(facts.incompatible ?? []).includes(table.family === 4 ? table.name : key)) saved.set(key, table)
  }
  const listed = new Set(facts.nft.map(({ family, table }) => `${family} ${table}`))
  const legacy = [
    ...savedTables(facts.xtables.legacy, 4, 'legacy', facts),
    ...(facts.xtables6 ? savedTables(facts.xtables6.legacy, 6, 'legacy', facts) : []),
  ]
  return [
    ...nftBaseChains(facts, saved),
    // Tables that iptables lists and nft does not; nft may not be installed.
    ...[...saved].flatMap(([key, table]) => (listed.has(key) ? [] : savedBaseChains(table))),
    ...(planted.has('legacy') ? [] : legacy.flatMap(savedBaseChains)),
  ].filter(({ families }) => !planted.has('bridge-family') || !families.includes('bridge'))
}

// NAT of both backends has its own hooks, at these priorities, whatever its chains' priorities are.
const natPriorities: Partial<Record<HookName, number>> = {
  prerouting: -100,
  output: -100,
  input: 100,
  postrouting: 100,
}

/** One order of a hook's stations, and that with NAT before the chains of its own priority, where there are such. */
interface Order {
  stations: Station[]
  tied: Station[] | undefined
}

/** The possible orders at one hook. `legacyFirst`: only where a chain has the priority of a legacy table's. */
interface Orders {
  first: Order
  legacyFirst: (Order & { base: BaseChain }) | undefined
}

/**
 * A legacy table is registered when its tool first runs in a network namespace, and nobody lists when that was. Source:
 * linux/net/netfilter/x_tables.c, xt_register_template.
 */
function ordersOf(chains: readonly BaseChain[]): Orders {
  const orderOf = (stations: Station[]): Order => ({ stations, tied: tiedOrder(stations) })
  const base = chains.find(
    ({ backend, priority }) =>
      backend === 'legacy' && chains.some((each) => each.backend === 'nft' && each.priority === priority),
  )
  const young = ({ backend, age }: BaseChain): number => (backend === 'legacy' ? Number.MAX_SAFE_INTEGER : age)
  return {
    first: orderOf(stationsOf(chains)),
    legacyFirst: base && { ...orderOf(stationsOf(chains, young)), base },
  }
}

/** Base chains in the kernel's order: by priority; among equals the last registered comes first. */
function stationsOf(chains: readonly BaseChain[], ageOf = ({ age }: BaseChain): number => age): Station[] {
  const sorted = chains.toSorted((a, b) => a.priority - b.priority || ageOf(b) - ageOf(a))
  if (planted.has('hook-order')) sorted.reverse()
  const nat = sorted.filter(({ type }) => type === 'nat')
  const stations: Station[] = sorted
    .filter(({ type }) => type !== 'nat')
    .map((base) => ({ is: 'chain', priority: base.priority, base }))
  const [first] = nat
  if (!first) return stations
  const priority = natPriorities[first.hook] ?? 0
  const before = stations.findIndex((station) => station.priority > priority)
  stations.splice(before < 0 ? stations.length : before, 0, { is: 'nat', priority, chains: nat })
  return stations
}
