import { expect } from 'chai'
import fc from 'fast-check'
import { hold, timeLimit, within1s } from '../lib/property.spec-data.ts'
import { oddXtables } from '../simulate/kernel/arbitrary/xtables.ts'
import { parseIptablesSave, type Ruleset } from './iptables-save.ts'
import { type NftChain, readNft } from './sections/rules-native/read.ts'
import { readRuleTexts } from './sections/rules-text/read.ts'

/** A ruleset as iptables-save prints it, table by table. */
function printSave({ chains, rules }: Ruleset): string[] {
  const tables = [...new Set([...chains, ...rules].map(({ table }) => table))]
  return tables.flatMap((table) => [
    `*${table}`,
    ...chains.filter((each) => each.table === table).map(({ chain, policy }) => `:${chain} ${policy} [0:0]`),
    ...rules
      .filter((each) => each.table === table)
      .map(({ text, packets }) => (packets === undefined ? text : `[${packets}:0] ${text}`)),
    'COMMIT',
  ])
}

/** The same in the order of the tables' names; within a table the order stays. */
const byTable = <T extends { table: string }>(all: readonly T[]): T[] =>
  all.toSorted((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0))

/** Chains as `nft -j list ruleset` prints them. */
const printNft = (chains: readonly NftChain[]): string =>
  JSON.stringify({
    nftables: [
      { metainfo: { json_schema_version: 1 } },
      ...chains.map(({ rules: _, ...chain }) => ({ chain })),
      ...chains.flatMap(({ rules }) => rules.map((rule) => ({ rule }))),
    ],
  })

const saved = fc
  .array(oddXtables, { minLength: 1, maxLength: 4 })
  .map((changes) =>
    changes.flatMap(({ iptables }) => [
      `*${iptables!.table}`,
      ...iptables!.chains.map((chain) => `:${chain} [0:0]`),
      ...iptables!.rules.map((rule) => rule.replace(/^-I /, '-A ')),
      'COMMIT',
    ]),
  )

const name = fc.constantFrom('a', 'b-c', 'FORWARD', 'filter', '__proto__', 'constructor', 'x y', '')
const nftRule = fc.record({
  handle: fc.nat(1000),
  expr: fc.array(fc.dictionary(fc.constantFrom('match', 'drop', 'jump', 'counter'), fc.jsonValue({ maxDepth: 2 })), {
    maxLength: 3,
  }),
})
const nftChains = fc.uniqueArray(
  fc.tuple(fc.constantFrom('ip', 'inet', 'bridge'), name, name, fc.array(nftRule, { maxLength: 3 })).map(
    ([family, table, chain, rules]): NftChain => ({
      ...{ family, table, name: chain },
      rules: rules.map((rule) => ({ family, table, chain, ...rule })) as NftChain['rules'],
    }),
  ),
  { selector: ({ family, table, name }) => `${family} ${table} ${name}`, maxLength: 4 },
)

describe('rules that were read', function () {
  this.timeout(timeLimit)

  it('of iptables-save are the same when they are printed and read again, counters included', () => {
    let rules = 0
    hold(
      fc.property(saved, fc.boolean(), (lines, counted) => {
        const printed = counted ? lines.map((line, i) => (line.startsWith('-A') ? `[${i}:9] ${line}` : line)) : lines
        const once = parseIptablesSave(printed)
        expect(once.rules.map(({ text }) => text)).to.deep.equal(lines.filter((line) => line.startsWith('-A ')))
        const again = parseIptablesSave(printSave(once))
        expect(byTable(again.rules)).to.deep.equal(byTable(once.rules))
        expect(byTable(again.chains)).to.deep.equal(byTable(once.chains))
        rules += once.rules.length
      }),
      200,
    )
    expect(rules).to.be.above(200)
  })

  it('of nft are the same when they are printed and read again', () => {
    let rules = 0
    hold(
      fc.property(nftChains, (chains) => {
        const read = readNft(printNft(chains)).chains
        expect(read).to.deep.equal(JSON.parse(JSON.stringify(chains)))
        expect(readNft(printNft(read)).chains).to.deep.equal(read)
        rules += read.reduce((sum, chain) => sum + chain.rules.length, 0)
      }),
      200,
    )
    expect(rules).to.be.above(100)
  })

  it('as text are found by table and handle, whatever else stands between', () => {
    const text = fc.constantFrom('ip saddr 10.0.0.0/8 drop', 'iifname "a b" accept', 'log prefix "# handle 3" drop')
    hold(
      fc.property(fc.uniqueArray(fc.tuple(fc.nat(500), text), { selector: ([handle]) => handle }), (rules) => {
        const lines = [
          'table inet t { # handle 1',
          '\tchain c { # handle 2',
          '\t\ttype filter hook forward priority filter; policy accept;',
          ...rules.map(([handle, words]) => `\t\t${words} # handle ${handle}`),
          '\t}',
          '}',
        ]
        const found = readRuleTexts(lines)
        expect([...found]).to.deep.equal(rules.map(([handle, words]) => [`inet t ${handle}`, words]))
      }),
      100,
    )
  })

  it('of any text crash nothing: the lines are left out, or the listing is refused', () => {
    const noise = fc.array(fc.string({ unit: fc.constantFrom('-', 'A', ' ', '*', ':', '[', '1', '"', '\\', '!', 'j') }))
    hold(
      fc.property(noise, fc.json(), (lines, json) => {
        within1s(() => parseIptablesSave(lines))
        within1s(() => readRuleTexts(lines))
        try {
          within1s(() => readNft(json))
        } catch (error) {
          expect(error).to.be.instanceOf(Error).and.not.instanceOf(RangeError)
        }
      }),
      200,
    )
  })
})
