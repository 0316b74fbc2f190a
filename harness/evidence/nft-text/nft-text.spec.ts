import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Bundle, readBundle } from '../bundle.ts'
import { type NftChain, readNft } from '../sections/rules-native/read.ts'
import { readSavedTables } from '../sections/rules-nft/read.ts'
import { asNftJson } from './as-json.ts'
import { asSavedTables } from './as-saved.ts'
import { readRule } from './rule.ts'
import { readRulesetText } from './ruleset.ts'

const root = new URL('../..', import.meta.url).pathname

/** Every recorded host that has both of nft's listings, which agree. */
const hosts = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bundle'))
  .sort()
  .map((path) => ({ path, bundle: readBundle(readFileSync(join(root, path), 'utf8')) }))
  .filter(({ bundle }) => ['rules-text', 'rules-native'].every((name) => bundle.sections.get(name)?.status === 'ok'))

const textOf = (bundle: Bundle, name: string): string => bundle.sections.get(name)!.text

// Counters differ, because the recorded text is without them. What iptables' extensions do, JSON does not have.
const comparable = ({ expr, comment }: NftChain['rules'][number]): string =>
  expr.some((part) => 'xt' in part)
    ? 'of an extension'
    : JSON.stringify([expr.filter((part) => !('counter' in part)), comment], (_, value: unknown) =>
        typeof value === 'object' && value !== null && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).sort())
          : value,
      )

describe('the text of nft in a sos report', function () {
  this.timeout(60_000)

  it('is read as its JSON is, on every recorded host', () => {
    let rules = 0
    const wrong = hosts.flatMap(({ path, bundle }) => {
      const expected = readNft(textOf(bundle, 'rules-native')).chains
      const found = readNft(asNftJson(readRulesetText(textOf(bundle, 'rules-text')))).chains
      const keyOf = ({ family, table, name }: NftChain): string => `${family} ${table} ${name}`
      const byKey = new Map(found.map((chain) => [keyOf(chain), chain]))
      if (found.length !== expected.length) return [`${path}: ${found.length} chains, not ${expected.length}`]
      return expected.flatMap((chain) => {
        const own = byKey.get(keyOf(chain))
        const base = ({ type, hook, prio, policy }: NftChain): string => [type, hook, prio, policy].join()
        if (!own || base(own) !== base(chain) || own.rules.length !== chain.rules.length)
          return [`${path}: ${keyOf(chain)}`]
        rules += chain.rules.length
        return chain.rules.flatMap((rule, at) => {
          const read = own.rules[at]!
          const same =
            read.handle === rule.handle &&
            (comparable(rule) === 'of an extension' || comparable(read) === comparable(rule))
          return same ? [] : [`${path}: ${comparable(read)} is not ${comparable(rule)}`]
        })
      })
    })
    expect(wrong.filter((line) => !isHarmless(line))).to.deep.equal([])
    expect(hosts).to.have.length.at.least(300)
    expect(rules).to.be.at.least(16_000)
  })

  it('gives the lines of iptables-nft-save, on every recorded host', () => {
    let lines = 0
    const wrong = hosts.flatMap(({ path, bundle }) =>
      (['ip', 'ip6'] as const).flatMap((family) => {
        const section = bundle.sections.get(family === 'ip' ? 'rules-nft' : 'rules6-nft')
        if (section?.status !== 'ok') return []
        const expected = readSavedTables(section.text, section.complaints)
        const found = readSavedTables(asSavedTables(readRulesetText(textOf(bundle, 'rules-text')), family))
        const unlisted = new Set([...found.incompatible, ...expected.incompatible])
        const rulesOf = ({ ruleset }: typeof found, table: string, chain: string): string[] =>
          ruleset.rules.filter((rule) => rule.table === table && rule.chain === chain).map(({ text }) => plain(text))
        return found.ruleset.chains
          .filter(({ table }) => !unlisted.has(table))
          .flatMap(({ table, chain, policy }) => {
            const [own, theirs] = [rulesOf(found, table, chain), rulesOf(expected, table, chain)]
            const listed = expected.ruleset.chains.find((each) => each.table === table && each.chain === chain)
            lines += theirs.length
            const same = own.join('\n') === theirs.join('\n') && (listed?.policy ?? 'ACCEPT') === policy
            return same ? [] : [`${path}: ${table} ${chain}: ${own.filter((line, at) => line !== theirs[at])}`]
          })
      }),
    )
    // Of these matches nft shows only the name; of -m statistic an expression of its own.
    expect(wrong).to.deep.equal([
      'field/evidence/sick/bridge-narrow-icmp-blocked.bundle: filter OUTPUT: -A OUTPUT -p icmp -m icmp --not-listed -j DROP',
      'field/evidence/sick/ipset-netmask.bundle: filter DOCKER-USER: -A DOCKER-USER -m set --not-listed -j DROP',
      'field/evidence/sick/ipset-nomatch-nested.bundle: filter DOCKER-USER: -A DOCKER-USER -i br-probe-a -m set --not-listed -j REJECT --reject-with icmp-port-unreachable',
      'field/evidence/sick/javapipe-bogons.bundle: filter INPUT: -A INPUT -p tcp -m connlimit --not-listed -j REJECT --reject-with tcp-reset',
      'field/evidence/sick/statistic-of-all.bundle: filter DOCKER-USER: -A DOCKER-USER -m unread --not-listed "numgen inc mod 1 0" -j DROP',
      'field/evidence/sick/string-before-policy.bundle: filter DOCKER-USER: -A DOCKER-USER -m string --not-listed -j DROP,-A DOCKER-USER -m string --not-listed -j DROP,-A DOCKER-USER -m string --not-listed -j DROP',
      'field/evidence/sick/string-match.bundle: filter FORWARD: -A FORWARD -p tcp -m tcp --dport 80 -m string --not-listed -j DROP',
      'field/evidence/well/ipsec-rules.bundle: nat POSTROUTING: -A POSTROUTING -s 172.16.0.0/12 -o wan0 -m policy --not-listed -j ACCEPT,-A POSTROUTING -o wan0 -m policy --not-listed -j MASQUERADE',
      'field/evidence/well/ipsec-rules.bundle: filter FORWARD: -A FORWARD -m policy --not-listed -j ACCEPT',
      'field/evidence/well/ipset-allow-netmask.bundle: filter DOCKER-USER: -A DOCKER-USER -i wan0 -m set --not-listed -j DROP',
      'field/evidence/well/ipset-list-of-sets.bundle: filter DOCKER-USER: -A DOCKER-USER -m set --not-listed -j DROP',
      'field/evidence/well/ipset-list-of-sets.bundle: filter INPUT: -A INPUT -m set --not-listed -j DROP',
    ])
    expect(lines).to.be.at.least(11_000)
  })

  it('keeps what it does not understand as a condition of unknown truth, before an end that it does', () => {
    const { expr } = readRule('iifname "eth0" osf name "Linux" counter packets 1 bytes 2 drop # handle 7')
    expect(expr.map((part) => Object.keys(part)[0])).to.deep.equal(['match', 'match', 'counter', 'drop'])
    expect(expr[1]).to.deep.equal({ match: { op: '==', left: { unread: 'osf name "Linux"' }, right: 0 } })
  })

  it('does not take a target that nft leaves out for none', () => {
    const text = [
      'table ip6 nat {',
      '\tchain DOCKER {',
      '\t\ttcp dport 80 counter ',
      '\t\ttcp dport 81 counter  # handle 9',
      '\t}',
      '}',
    ]
    const [chain] = readRulesetText(text.join('\n')).chains
    expect(chain!.rules.map(({ expr }) => Object.keys(expr.at(-1)!))).to.deep.equal([['xt'], ['xt']])
    expect(asSavedTables(readRulesetText(text.join('\n')), 'ip6')).to.contain('incompatible')
    const without = readRulesetText(
      text
        .join('\n')
        .replaceAll(/counter +/g, 'counter ')
        .replaceAll('counter \n', 'counter\n'),
    )
    expect(without.chains[0]!.rules.map(({ expr }) => Object.keys(expr.at(-1)!))).to.deep.equal([
      ['counter'],
      ['counter'],
    ])
  })

  it('reads queues as rules of iptables and of nft print them', () => {
    const queueOf = (rule: string): unknown => readRule(rule).expr.at(-1)
    expect(queueOf('counter queue num 5')).to.deep.equal({ queue: { num: 5 } })
    expect(queueOf('queue num 1-3 bypass,fanout')).to.deep.equal({
      queue: { num: { range: [1, 3] }, flags: ['bypass', 'fanout'] },
    })
    expect(queueOf('queue flags bypass to 2 # handle 3')).to.deep.equal({ queue: { num: 2, flags: ['bypass'] } })
    expect(queueOf('queue')).to.deep.equal({ queue: null })
    expect(queueOf('queue flags bypass to symhash mod 4')).to.deep.equal({
      queue: { num: { unread: 'symhash mod 4' }, flags: ['bypass'] },
    })
    const saved = (rule: string): string =>
      asSavedTables(
        readRulesetText(
          `table ip filter {\n\tchain FORWARD {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\t${rule}\n\t}\n}`,
        ),
        'ip',
      )
    expect(saved('counter packets 0 bytes 0 queue num 1-3 bypass,fanout')).to.contain(
      '-A FORWARD -j NFQUEUE --queue-balance 1:3 --queue-bypass --queue-cpu-fanout',
    )
    expect(saved('counter packets 0 bytes 0 queue num 5')).to.contain('-A FORWARD -j NFQUEUE --queue-num 5')
  })

  it('refuses a rule that may do anything', () => {
    for (const rule of [
      'meta mark set numgen inc mod 2 accept',
      'tcp dport 80 newstatement',
      'ip daddr 10.0.0.1 dup to 10.0.0.2 accept',
      'tcp dport 80 newstatement accept drop newstatement',
      'update @seen { ip saddr timeout 1m } drop',
    ])
      expect(() => readRule(rule), rule).to.throw(/cannot be read/)
  })

  it('refuses a listing that is cut off, or is none', () => {
    const text = textOf(hosts[0]!.bundle, 'rules-text')
    expect(() => readRulesetText(text.slice(0, text.length * 0.6))).to.throw()
    expect(() => readRulesetText(text.slice(text.length * 0.4))).to.throw(/not a table/)
    expect(() => readRulesetText('Error: Could not process rule: Operation not permitted')).to.throw(/not a table/)
  })

  it('reads priorities and devices, also behind the flags of a table', () => {
    const text = `table inet own {
	flags owner, persist
	chain forward {
		type filter hook forward priority filter - 5; policy drop;
	}
}
table netdev early {
	chain in {
		type filter hook ingress devices = { "eth0", eth1 } priority -500; policy accept;
		ip saddr { 10.0.0.0/8, 192.0.2.1-192.0.2.9 } drop
	}
}
table bridge b {
	chain f {
		type filter hook forward priority filter + 10; policy drop;
	}
}`
    const { chains } = readNft(asNftJson(readRulesetText(text)))
    expect(chains.map(({ family, prio, dev }) => ({ family, prio, dev }))).to.deep.equal([
      { family: 'inet', prio: -5, dev: undefined },
      { family: 'netdev', prio: -500, dev: ['eth0', 'eth1'] },
      { family: 'bridge', prio: -190, dev: undefined },
    ])
    expect(chains[1]!.rules[0]!.expr[0]).to.deep.equal({
      match: {
        op: '==',
        left: { payload: { protocol: 'ip', field: 'saddr' } },
        right: { set: [{ prefix: { addr: '10.0.0.0', len: 8 } }, { range: ['192.0.2.1', '192.0.2.9'] }] },
      },
    })
  })
})

/**
 * Differences of words: the usual kind of a rejection, and one flag alone or in a list. And what is not known from the text:
 * what a quota has used, and where a map of targets leads.
 */
const isHarmless = (line: string): boolean =>
  /"reject":null.* is not .*"port-unreachable"/.test(line) ||
  /"flags":"daddr".* is not .*"flags":\["daddr"\]/.test(line) ||
  /"unread":"(quota over|tcp dport map)/.test(line)

// Two modules for one condition, and two targets for one effect.
const plain = (line: string): string =>
  line.replace('-m state --state', '-m conntrack --ctstate').replace(/-j NOTRACK$/, '-j CT --notrack')
