import { z } from 'zod'
import { all } from './docker.ts'

const chain = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().optional(),
  policy: z.string().optional(),
})
const rule = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  handle: z.number().optional(),
  comment: z.string().optional(),
  expr: z.array(z.record(z.string(), z.unknown())),
})
const listing = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) })

export type NftRule = z.output<typeof rule>

/** An nftables chain with its rules; `hook`, `prio` and `policy` only of base chains. */
export type NftChain = z.output<typeof chain> & { rules: NftRule[] }

/** The chains of `nft -j list ruleset`, in order. What cannot be read (extensions of xtables, flow tables) is left out. */
export function readNft(text: string): NftChain[] {
  const objects = all(text).flatMap((value) => listing.safeParse(value).data?.nftables ?? [])
  const rules = objects.flatMap((object) => rule.safeParse(object.rule).data ?? [])
  return objects
    .flatMap((object) => chain.safeParse(object.chain).data ?? [])
    .map((found) => ({
      ...found,
      rules: rules.filter(
        ({ family, table, chain }) => family === found.family && table === found.table && chain === found.name,
      ),
    }))
}

/** The text of each rule of `nft -a list ruleset`, by `family table handle`. */
export function readRuleTexts(lines: readonly string[]): Map<string, string> {
  const texts = new Map<string, string>()
  let table = ''
  for (const line of lines) {
    const [, family, name] = line.match(/^table (\S+) (\S+) \{/) ?? []
    if (family) table = `${family} ${name}`
    const [, rule, handle] = line.match(/^\t\t(.*) # handle (\d+)$/) ?? []
    if (rule) texts.set(`${table} ${handle}`, rule.replace(/ ?counter\b/, '').trim())
  }
  return texts
}
