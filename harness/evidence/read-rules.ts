import type { Facts } from './facts.ts'
import type { Ruleset } from './iptables-save.ts'
import { withLossyLines } from './lossy-lines.ts'
import { lines, type SectionReader } from './section-reader.ts'
import { readIpsets } from './sections/ipsets/read.ts'
import { readNft } from './sections/rules-native/read.ts'
import { readSavedTables, type SavedTables } from './sections/rules-nft/read.ts'
import { readChainDevices, readRuleTexts } from './sections/rules-text/read.ts'

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

/** Reads the firewall rules of a bundle: both backends, both families. */
export function readRules(sections: SectionReader): Rules {
  const saved = (name: string): SavedTables =>
    sections.take(name, ({ text, complaints }) => readSavedTables(text, complaints), {
      lines: [],
      ruleset: { chains: [], rules: [] },
      counters: new Map(),
      incompatible: [],
    })
  const [nft, legacy] = [saved('rules-nft'), saved('rules-legacy')]
  const [nft6, legacy6] = [saved('rules6-nft'), saved('rules6-legacy')]
  const native = sections.take('rules-native', (s) => readNft(s.text), {
    chains: [],
    objects: { sets: [], maps: [], others: [] },
  })
  const texts = sections.take('rules-text', lines, [])
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

const both = (one: Ruleset, other: Ruleset): Ruleset => ({
  chains: [...one.chains, ...other.chains],
  rules: [...one.rules, ...other.rules],
})
