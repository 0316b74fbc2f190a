import { expect } from 'chai'
import { readFacts } from './facts.ts'
import { sealBundle } from './reseal.ts'

// What nft 1.0.6 printed of rules that were given to it.
const native =
  '{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}, {"table": {"family": "inet", "name": "t", "handle": 1}}, {"limit": {"family": "inet", "name": "l", "table": "t", "handle": 2, "rate": 5, "per": "second", "burst": 5}}, {"set": {"family": "inet", "name": "s", "table": "t", "type": "ipv4_addr", "handle": 4, "flags": ["interval", "timeout"], "elem": [{"elem": {"val": {"prefix": {"addr": "10.0.0.0", "len": 8}}, "timeout": 300, "expires": 299}}]}}, {"map": {"family": "inet", "name": "m", "table": "t", "type": "ipv4_addr", "handle": 5, "map": "verdict", "elem": [["1.2.3.4", {"drop": null}]]}}, {"chain": {"family": "inet", "table": "t", "name": "f", "handle": 1, "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}}, {"rule": {"family": "inet", "table": "t", "chain": "f", "handle": 6, "comment": "hi", "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@s"}}, {"accept": null}]}}, {"table": {"family": "netdev", "name": "n", "handle": 2}}, {"chain": {"family": "netdev", "table": "n", "name": "i", "handle": 1, "type": "filter", "hook": "ingress", "prio": 0, "policy": "accept"}}, {"rule": {"family": "netdev", "table": "n", "chain": "i", "handle": 2, "expr": [{"drop": null}]}}]}'
const text = `table inet t { # handle 1
\tchain f { # handle 1
\t\ttype filter hook forward priority filter; policy drop;
\t\tip saddr @s counter accept comment "hi" # handle 6
\t}
}
table netdev n { # handle 2
\tchain i { # handle 1
\t\ttype filter hook ingress device "v1" priority filter; policy accept;
\t\tdrop # handle 2
\t}
\tchain j { # handle 3
\t\ttype filter hook ingress devices = { "v1", "v2" } priority filter; policy accept;
\t}
}`

describe('the rules in a bundle', () => {
  const { nft, nftObjects, ruleTexts } = readFacts(
    sealBundle([
      { name: 'rules-native', text: native },
      { name: 'rules-text', text },
    ]),
  )

  it('of nftables are chains with their rules, and devices also where the JSON lacks them', () => {
    expect(nft.map(({ family, name, dev, policy }) => ({ family, name, dev, policy }))).to.deep.equal([
      { family: 'inet', name: 'f', dev: undefined, policy: 'drop' },
      { family: 'netdev', name: 'i', dev: ['v1'], policy: 'accept' },
    ])
    expect(nft[0]!.rules[0]).to.include({ handle: 6, comment: 'hi' })
    expect(ruleTexts.get('inet t 6')).to.equal('ip saddr @s accept comment "hi"')
  })

  it('of nftables come with sets, maps and what else a table holds', () => {
    expect(nftObjects.sets[0]).to.deep.include({ kind: 'set', name: 's', flags: ['interval', 'timeout'] })
    expect(nftObjects.sets[0]!.elem).to.have.length(1)
    expect(nftObjects.maps[0]).to.deep.include({ kind: 'map', map: 'verdict', elem: [['1.2.3.4', { drop: null }]] })
    expect(nftObjects.others.map(({ kind, name, value }) => [kind, name, value.rate])).to.deep.equal([
      ['limit', 'l', 5],
    ])
  })

  it('of nftables that cannot be read make the section failed, not shorter', () => {
    const odd = native.replace('"expr": [{"drop": null}]', '"expr": "drop"')
    const { sections, nft } = readFacts(sealBundle([{ name: 'rules-native', text: odd }]))
    expect(sections['rules-native']!.status).to.equal('failed')
    expect(nft).to.deep.equal([])
  })

  it('of nftables are read from the listing for people where the JSON is cut', () => {
    const read = (listing: string): ReturnType<typeof readFacts> =>
      readFacts(
        sealBundle([
          // What nft 1.0.6 printed of the tables, where the first of them is dormant.
          { name: 'rules-native', text: native.slice(0, native.indexOf(', "handle": 1}}')) },
          { name: 'rules-text', text: listing },
        ]),
      )
    const dormant =
      'table ip t0 {\n\tflags dormant\n\tchain g {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n'
    const facts = read(dormant + text)
    expect(facts.sections['rules-native']!.status).to.equal('ok')
    expect(
      facts.nft.map(({ family, name, dev, policy, rules }) => [family, name, dev, policy, rules.length]),
    ).to.deep.equal([
      ['inet', 'f', undefined, 'drop', 1],
      ['netdev', 'i', ['v1'], 'accept', 1],
      ['netdev', 'j', ['v1', 'v2'], 'accept', 0],
    ])
    for (const other of ['', 'table ip t {\n\tchain'])
      expect(read(other).sections['rules-native']).to.include({ status: 'failed' })
  })

  it('of nftables are read from that listing where nft has no JSON, and not where its time ran out', () => {
    const read = (status: 'failed' | 'timed-out') =>
      readFacts(
        sealBundle([
          { name: 'rules-native', text: '', status },
          { name: 'rules-text', text },
        ]),
      )
    expect(read('failed').nft).to.have.length(3)
    expect(read('failed').sections['rules-native']!.status).to.equal('ok')
    expect(read('timed-out').nft).to.have.length(0)
    expect(read('timed-out').sections['rules-native']!.status).to.equal('timed-out')
  })

  it('are none of a dormant table, which the kernel does not run', () => {
    // nft 1.0.6 prints its release's name where the flags should be.
    const flagged = native.replace('"name": "t", "handle": 1', '"name": "t", "handle": 1, "flags": "Lester Gooch #5"')
    const chainsOf = (json: string, texts?: string): string[] => {
      const { nft, sections } = readFacts(
        sealBundle([
          { name: 'rules-native', text: json },
          ...(texts === undefined ? [] : [{ name: 'rules-text', text: texts }]),
        ]),
      )
      return sections['rules-native']!.status === 'ok' ? nft.map(({ name }) => name) : ['failed']
    }
    const dormant = text.replace('\tchain f', '\tflags dormant\n\tchain f')
    expect(flagged).to.not.equal(native)
    expect(chainsOf(flagged, dormant)).to.deep.equal(['i'])
    expect(chainsOf(flagged.replace('"Lester Gooch #5"', '["dormant", "persist"]'))).to.deep.equal(['i'])
    expect(chainsOf(flagged, text.replace('\tchain f', '\tflags owner,persist\n\tchain f'))).to.deep.equal(['f', 'i'])
    expect(chainsOf(flagged.replace('"Lester Gooch #5"', '"owner"'))).to.deep.equal(['f', 'i'])
    // Neither listing gives the flags.
    expect(chainsOf(flagged)).to.deep.equal(['failed'])
  })

  it('of iptables are not known where nft calls their table dormant', () => {
    const json = '{"nftables": [{"table": {"family": "ip", "name": "filter", "handle": 1, "flags": "dormant"}}]}'
    const save = '*filter\n:FORWARD DROP\nCOMMIT'
    const of = (name: string): string =>
      readFacts(
        sealBundle([
          { name: 'rules-native', text: json },
          { name, text: save },
        ]),
      ).sections[name]!.status
    expect(['rules-nft', 'rules6-nft', 'rules-legacy'].map(of)).to.deep.equal(['failed', 'ok', 'ok'])
  })

  it('of iptables have their packets, in the rule and by line', () => {
    const saved = `# Generated by iptables-nft-save v1.8.9
*filter
:FORWARD DROP [3:252]
:MINE - [0:0]
[12:840] -A FORWARD -j MINE
[2:100] -A FORWARD -i a -j DROP
[5:100] -A FORWARD -i a -j DROP
[1:1] -A MINE -m comment --comment "odd [1:2] one" -j RETURN
COMMIT
# Table \`nat' is incompatible, use 'nft' tool.
`
    const { xtables, xtCounters, rules, incompatible, iptables } = readFacts(
      sealBundle([
        { name: 'rules-nft', text: saved },
        { name: 'rules-legacy' },
        { name: 'rules6-nft', status: 'failed' },
      ]),
    )
    expect(xtables.nft.chains[0]).to.deep.equal({ table: 'filter', chain: 'FORWARD', policy: 'DROP' })
    expect(xtables.nft.rules[0]).to.include({ text: '-A FORWARD -j MINE', packets: 12, target: 'MINE' })
    expect(rules).to.include('-A MINE -m comment --comment "odd [1:2] one" -j RETURN').and.include(':FORWARD DROP')
    expect(xtCounters.get('nft filter -A FORWARD -i a -j DROP')).to.equal(7)
    expect(xtCounters.get('nft filter :FORWARD DROP')).to.equal(3)
    expect(incompatible).to.deep.equal(['nat'])
    expect(iptables.listed).to.equal(true)
  })
})
