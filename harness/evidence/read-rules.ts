import { dormantTables } from './dormant-tables.ts'
import type { Facts } from './facts.ts'
import type { Ruleset } from './iptables-save.ts'
import { withLossyLines } from './lossy-lines.ts'
import { asNftJson } from './nft-text/as-json.ts'
import { readRulesetText } from './nft-text/ruleset.ts'
import { lines, type SectionReader } from './section-reader.ts'
import { readIpsets } from './sections/ipsets/read.ts'
import { type NftChain, type NftObjects, readNft } from './sections/rules-native/read.ts'
import { readSavedTables, type SavedTables } from './sections/rules-nft/read.ts'
import { readChainDevices, readRuleTexts, readTableFlags } from './sections/rules-text/read.ts'

type Rules = Pick<
  Facts,
  | 'rules'
  | 'ruleset'
  | 'xtables'
  | 'xtables6'
  | 'xtCounters'
  | 'incompatible'
  | 'nft'
  | 'nftObjects'
  | 'ruleTexts'
  | 'ipsets'
  | 'layer2Rules'
>

/** `dormant`: the tables that the kernel does not run, as `family table`. */
type Native = { chains: NftChain[]; objects: NftObjects; dormant: Set<string> }

/** Reads the firewall rules of a bundle: both backends, both families. */
export function readRules(sections: SectionReader): Rules {
  const texts = sections.take('rules-text', lines, [])
  const listed = sections.take<Native>('rules-native', (s) => readNative(s.text, texts), {
    chains: [],
    objects: { sets: [], maps: [], others: [] },
    dormant: new Set(),
  })
  // nft may have been built without JSON, and nft 1.0.6 cuts it at a dormant table.
  const fromText = ({ text }: { text: string }): Native => readNative(asNftJson(readRulesetText(text)), texts)
  const native = sections.substitute('rules-native', 'rules-text', fromText) ?? listed
  const saved = (name: string, family?: 'ip' | 'ip6'): SavedTables =>
    sections.take(
      name,
      ({ text, complaints }) => {
        const read = readSavedTables(text, complaints)
        const dormant = read.ruleset.chains.find(({ table }) => native.dormant.has(`${family} ${table}`))
        // iptables lists the rules of a dormant table as if the kernel ran them.
        if (dormant)
          throw new TypeError(`the table ${family} ${dormant.table} is dormant: the kernel runs none of its rules`)
        return read
      },
      { lines: [], ruleset: { chains: [], rules: [] }, counters: new Map(), incompatible: [] },
    )
  const [nft, legacy] = [saved('rules-nft', 'ip'), saved('rules-legacy')]
  const [nft6, legacy6] = [saved('rules6-nft', 'ip6'), saved('rules6-legacy')]
  const devices = readChainDevices(texts)
  const ruleset = withLossyLines(nft.ruleset, 'ip', native.chains)
  return {
    rules: [...nft.lines, ...legacy.lines],
    ruleset: both(ruleset, legacy.ruleset),
    xtables: { nft: ruleset, legacy: legacy.ruleset },
    xtables6: { nft: withLossyLines(nft6.ruleset, 'ip6', native.chains), legacy: legacy6.ruleset },
    xtCounters: new Map(
      Object.entries({ nft, legacy, nft6, legacy6 }).flatMap(([backend, { counters }]) =>
        [...counters].map(([key, packets]) => [`${backend} ${key}`, packets] as const),
      ),
    ),
    incompatible: [...nft.incompatible, ...nft6.incompatible.map((table) => `ip6 ${table}`)],
    nft: native.chains.map((chain) => {
      const dev = chain.dev ?? devices.get(`${chain.family} ${chain.table} ${chain.name}`)
      return dev ? { ...chain, dev } : chain
    }),
    nftObjects: native.objects,
    ruleTexts: readRuleTexts(texts),
    ipsets: sections.take('ipsets', (s) => readIpsets(s.text), {}),
    layer2Rules: sections.take('layer2-rules', lines, []),
  }
}

/** nftables' listing without the chains of dormant tables. Throws where a table may be dormant. */
function readNative(text: string, lines: readonly string[]): Native {
  const { chains, objects, flagged } = readNft(text)
  const dormant = dormantTables(flagged, readTableFlags(lines))
  return { objects, dormant, chains: chains.filter(({ family, table }) => !dormant.has(`${family} ${table}`)) }
}

const both = (one: Ruleset, other: Ruleset): Ruleset => ({
  chains: [...one.chains, ...other.chains],
  rules: [...one.rules, ...other.rules],
})
