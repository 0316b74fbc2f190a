import { readFileSync } from 'node:fs'
import type { Facts, NftChain } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { readNft } from '../../evidence/sections/rules-native/read.ts'
import { buildFirewall } from './firewall.ts'
import { host, links } from './truth.spec-data.ts'
import type { Firewall, HostView, World } from './types.ts'

const listing = readNft(readFileSync(new URL('rulesets.listing', import.meta.url), 'utf8'))

/** A host's rules: tables of rulesets.nft by name, chains of the spec's own, and lines of iptables-save. */
export interface Rules {
  tables?: string[]
  chains?: NftChain[]
  nft?: string
  legacy?: string
  nft6?: string
  incompatible?: string[]
  devices?: string[]
  ipsets?: Facts['ipsets']
  view?: Partial<HostView>
}

/** A firewall of some rules. Throws where a table is not in rulesets.nft. */
export function firewallOf({ tables = [], chains = [], devices, view, ...rules }: Rules): Firewall {
  const own = listing.chains.filter(({ table }) => tables.includes(table))
  for (const name of tables) if (!own.some(({ table }) => table === name)) throw new Error(`no table ${name}`)
  const saved = (text = '') => parseIptablesSave(text.split('\n').map((line) => line.trim()))
  const facts = {
    nft: [...own, ...chains].map((chain) => ({ ...chain, ...(devices && { dev: devices }) })),
    nftObjects: listing.objects,
    xtables: { nft: saved(rules.nft), legacy: saved(rules.legacy) },
    xtables6: { nft: saved(rules.nft6), legacy: saved() },
    incompatible: rules.incompatible ?? [],
    ruleTexts: new Map(),
    ipsets: rules.ipsets ?? {},
    links: [...links].map(([name, { kind }]) => ({ name, kind })),
  } as unknown as Facts
  return buildFirewall(facts, { ...host, ...view })
}

/** A packet's outcomes in a few words: each possible world, and the conditions that it depends on. */
export const fates = (worlds: readonly World[]): string[] =>
  worlds
    .map(({ dead, verdict, doubts, packet }) => {
      const end = dead ? verdict : `${packet.destination}:${packet.destinationPort}`
      return [end, ...doubts.map(({ kind, holds }) => `${holds ? '' : 'not '}${kind}`)].join(', ')
    })
    .sort()
