import * as z from 'zod'

const chain = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().optional(),
  policy: z.string().optional(),
  /** Only for the family netdev: the devices of the chain. */
  dev: z.union([z.string(), z.array(z.string())]).optional(),
})
const rule = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  handle: z.number().optional(),
  comment: z.string().optional(),
  expr: z.array(z.record(z.string(), z.unknown())),
})
const list = z.union([z.string().transform((one) => [one]), z.array(z.string())])
const set = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.unknown(),
  map: z.unknown().optional(),
  flags: list.default([]),
  elem: z.array(z.unknown()).default([]),
  timeout: z.number().optional(),
})
const table = z.object({ family: z.string(), name: z.string(), flags: list.optional() })
const named = z.looseObject({ family: z.string(), table: z.string().default(''), name: z.string().default('') })
const listing = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) })

export type NftRule = z.output<typeof rule>

/** An nftables chain with its rules. Only base chains have `hook`, `prio` and `policy`. */
export type NftChain = z.output<typeof chain> & { rules: NftRule[] }

/** A named set or a map. A map has `map`, the type of its values. */
export type NftSet = z.output<typeof set> & { kind: 'set' | 'map' }

/** What an nftables table contains besides chains and rules. `others` are limits, quotas, counters, flow tables, … */
export interface NftObjects {
  sets: NftSet[]
  maps: NftSet[]
  others: { kind: string; family: string; table: string; name: string; value: Record<string, unknown> }[]
}

/** The flags of a table, as `family table`, that has any. */
export interface TableFlags {
  table: string
  flags: string[]
}

/** Reads all of `nft -j list ruleset`, in its order. Throws where an object has another shape. */
export function readNft(text: string): { chains: NftChain[]; objects: NftObjects; flagged: TableFlags[] } {
  const chains = new Map<string, NftChain>()
  const objects: NftObjects = { sets: [], maps: [], others: [] }
  const flagged: TableFlags[] = []
  if (text.trim() === '') return { chains: [], objects, flagged }
  const rules: NftRule[] = []
  for (const object of listing.parse(JSON.parse(text)).nftables)
    for (const [kind, value] of Object.entries(object)) {
      if (kind === 'metainfo') continue
      if (kind === 'table') {
        const { family, name, flags } = table.parse(value)
        if (flags) flagged.push({ table: `${family} ${name}`, flags })
      } else if (kind === 'chain') {
        const found = chain.parse(value)
        chains.set(keyOf(found, found.name), { ...found, rules: [] })
      } else if (kind === 'rule') rules.push(rule.parse(value))
      else if (kind === 'set') objects.sets.push({ ...set.parse(value), kind })
      else if (kind === 'map') objects.maps.push({ ...set.parse(value), kind })
      else {
        const { family, table, name } = named.parse(value)
        objects.others.push({ kind, family, table, name, value: value as Record<string, unknown> })
      }
    }
  for (const each of rules) {
    const home = chains.get(keyOf(each, each.chain))
    if (!home) throw new TypeError(`a rule is in ${each.chain}, and there is no such chain`)
    home.rules.push(each)
  }
  return { chains: [...chains.values()], objects, flagged }
}

const keyOf = ({ family, table }: { family: string; table: string }, chain: string): string =>
  `${family} ${table} ${chain}`
