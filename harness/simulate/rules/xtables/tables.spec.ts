import { expect } from 'chai'
import { type Packet, packetOf } from '../../packet.ts'
import { fates, firewallOf } from '../firewall-of.spec-data.ts'

const to = (destinationPort: number, fields: Partial<Packet> = {}): Packet =>
  packetOf({ source: '10.9.0.2', destination: '10.8.0.2', destinationPort, input: 'br0', output: 'up0', ...fields })
const filter = (...rules: string[]): string =>
  ['*filter', ':INPUT ACCEPT', ':FORWARD DROP', ':OUTPUT ACCEPT', ':U -', ':V -', ...rules, 'COMMIT'].join('\n')
const table = (name: string, ...rules: string[]): string =>
  [
    `*${name}`,
    ':PREROUTING ACCEPT',
    ':FORWARD ACCEPT',
    ':OUTPUT ACCEPT',
    ':POSTROUTING ACCEPT',
    ':U -',
    ...rules,
    'COMMIT',
  ].join('\n')

// The table, a packet's port, and the outcome.
const forward: [string, string, Packet, string[]][] = [
  ['the policy', filter(), to(80), ['drop']],
  ['a jump that returns', filter('-A FORWARD -j U', '-A FORWARD -j ACCEPT', '-A U -j RETURN'), to(80), ['passes']],
  [
    'a goto that returns to the policy',
    filter('-A FORWARD -g U', '-A FORWARD -j ACCEPT', '-A U -p udp -j ACCEPT'),
    to(80),
    ['drop'],
  ],
  [
    'a goto within a jump returns behind the jump',
    filter('-A FORWARD -j U', '-A FORWARD -j ACCEPT', '-A U -g V', '-A U -j DROP', '-A V -j RETURN'),
    to(80),
    ['passes'],
  ],
  ['a return from the base chain', filter('-A FORWARD -j RETURN', '-A FORWARD -j ACCEPT'), to(80), ['drop']],
  ['a rule without a target', filter('-A FORWARD -p tcp', '-A FORWARD -j ACCEPT'), to(80), ['passes']],
  ['a log in between', filter('-A FORWARD -j LOG --log-prefix "-j DROP "', '-A FORWARD -j ACCEPT'), to(80), ['passes']],
  ['a quoted comment', filter('-A FORWARD -m comment --comment "x -j DROP ! --dport 1" -j ACCEPT'), to(80), ['passes']],
  ['a negation of old', filter('-A FORWARD -i ! br0 -j DROP', '-A FORWARD -j ACCEPT'), to(80), ['passes']],
  ['a reject', filter('-A FORWARD -p tcp -j REJECT --reject-with tcp-reset'), to(80), ['reject']],
  [
    'an unknown match',
    filter('-A FORWARD -m u32 --u32 "0x6&0xff=0x1" -j ACCEPT'),
    to(80),
    ['drop, not content', 'passes, content'],
  ],
  [
    'one that does not matter',
    filter('-A FORWARD -m u32 --u32 "0x6&0xff=0x1" -j ACCEPT', '-A FORWARD -j ACCEPT'),
    to(80),
    ['passes'],
  ],
  ['one behind a condition that fails', filter('-A FORWARD -m u32 --u32 "0" -p udp -j ACCEPT'), to(80), ['drop']],
  [
    'an unknown target',
    filter('-A FORWARD -j NEW --x 1', '-A FORWARD -j ACCEPT'),
    to(80),
    ['drop, not statement', 'passes, statement'],
  ],
  [
    'an unknown option',
    filter('-A FORWARD -p tcp -m tcp --dport 80 --new 5 -j ACCEPT'),
    to(80),
    ['drop, not statement', 'passes, statement'],
  ],
  ['a low rate', filter('-A FORWARD -m limit --limit 3/min -j ACCEPT'), to(80), ['drop, not limit', 'passes, limit']],
  ['a high rate', filter('-A FORWARD -m limit --limit 600/min -j ACCEPT'), to(80), ['passes']],
  [
    'a rate below the line',
    filter('-A FORWARD -m limit --limit 9/sec -j ACCEPT'),
    to(80),
    ['drop, not limit', 'passes, limit'],
  ],
  [
    'a hashlimit',
    filter('-A FORWARD -m hashlimit --hashlimit-above 50/sec --hashlimit-name x -j DROP', '-A FORWARD -j ACCEPT'),
    to(80),
    ['passes'],
  ],
  ['a queue', filter('-A FORWARD -j NFQUEUE --queue-num 1'), to(80), ['passes, other', 'queue, not other']],
  [
    'a set that is not listed',
    filter('-A FORWARD -m set --match-set x src -j ACCEPT'),
    to(80),
    ['drop, not set', 'passes, set'],
  ],
  [
    'a limit of no connections',
    filter(
      '-A FORWARD -m connlimit --connlimit-above 0 --connlimit-mask 32 --connlimit-saddr -j DROP',
      '-A FORWARD -j ACCEPT',
    ),
    to(80),
    ['drop'],
  ],
  [
    'a time that nobody limits',
    filter('-A FORWARD -m time --datestop 2038-01-19T03:14:07 -j ACCEPT'),
    to(80),
    ['passes'],
  ],
  [
    'a time of the day',
    filter('-A FORWARD -m time --timestart 09:00:00 --timestop 17:00:00 --datestop 2038-01-19T03:14:07 -j ACCEPT'),
    to(80),
    ['drop, not time', 'passes, time'],
  ],
  [
    'a time to live that was set',
    filter('-A FORWARD -j TTL --ttl-set 3', '-A FORWARD -m ttl --ttl-lt 4 -j ACCEPT'),
    to(80),
    ['passes'],
  ],
  [
    'a time to live that nobody has set',
    filter('-A FORWARD -j TTL --ttl-dec 1', '-A FORWARD -m ttl --ttl-lt 4 -j ACCEPT'),
    to(80),
    ['drop'],
  ],
  ['a quota', filter('[3:180] -A FORWARD -m quota --quota 100000000 -j ACCEPT'), to(80), ['passes']],
  [
    'a quota that may be used up',
    filter('[900:180] -A FORWARD -m quota --quota 100000 -j ACCEPT'),
    to(80),
    ['drop, not quota', 'passes, quota'],
  ],
  ['every packet', filter('-A FORWARD -m statistic --mode nth --every 1 --packet 0 -j ACCEPT'), to(80), ['passes']],
  [
    'each by chance',
    filter('-A FORWARD -m statistic --mode random --probability 1.00000000000 -j ACCEPT'),
    to(80),
    ['passes'],
  ],
  [
    'none by chance',
    filter('-A FORWARD -m statistic --mode random --probability 0.00000000000 -j ACCEPT'),
    to(80),
    ['drop'],
  ],
  ['none', filter('-A FORWARD -m statistic --mode nth ! --every 1 --packet 0 -j ACCEPT'), to(80), ['drop']],
  [
    'some',
    filter('-A FORWARD -m statistic --mode nth --every 2 --packet 0 -j ACCEPT'),
    to(80),
    ['drop, not limit', 'passes, limit'],
  ],
  [
    'some by chance',
    filter('-A FORWARD -m statistic --mode random --probability 0.5 -j ACCEPT'),
    to(80),
    ['drop, not limit', 'passes, limit'],
  ],
  [
    'too many conditions',
    filter(...Array.from({ length: 80 }, (_, at) => `-A FORWARD -m cpu --cpu ${at} -j ${at % 2 ? 'ACCEPT' : 'DROP'}`)),
    to(80),
    ['drop, not other', 'passes, other'],
  ],
]

describe('tables of iptables', () => {
  for (const [name, nft, packet, wanted] of forward)
    for (const backend of ['nft', 'legacy'] as const)
      it(`follow the kernel (${backend}): ${name}`, () => {
        const worlds = firewallOf({ [backend]: nft }).pass('ip', 'forward', packet)
        expect(
          fates(worlds)
            .map((each) => each.replace('10.8.0.2:80', 'passes'))
            .sort(),
        ).to.deep.equal(wanted)
      })

  it('are all shown a packet, of both backends, and one drop is enough', () => {
    const open = filter('-A FORWARD -j ACCEPT')
    expect(fates(firewallOf({ nft: open, legacy: filter() }).pass('ip', 'forward', to(80)))).to.deep.equal(['drop'])
    expect(fates(firewallOf({ nft: open, legacy: open }).pass('ip', 'forward', to(80)))).to.deep.equal(['10.8.0.2:80'])
    expect(fates(firewallOf({ nft6: filter() }).pass('ip', 'forward', to(80)))).to.deep.equal(['10.8.0.2:80'])
    expect(fates(firewallOf({ nft6: filter() }).pass('ip6', 'forward', to(80, { family: 6 })))).to.deep.equal(['drop'])
  })

  it('come in the order of their priorities: raw, mangle, filter', () => {
    const nft = [
      table('raw', '-A PREROUTING -p tcp -m tcp --dport 80 -j CT --notrack'),
      table('mangle', '-A PREROUTING -m conntrack --ctstate UNTRACKED -j DROP'),
    ].join('\n')
    expect(fates(firewallOf({ nft }).pass('ip', 'prerouting', to(80)))).to.deep.equal(['drop'])
    expect(fates(firewallOf({ nft }).pass('ip', 'prerouting', to(81)))).to.deep.equal(['10.8.0.2:81'])
  })

  it('limit the rate of a transfer by its bursts as well', () => {
    const drops = (...words: string[]): string =>
      filter(
        `-A FORWARD -m hashlimit --hashlimit-above 5000/sec ${words.join(' ')} --hashlimit-name a -j DROP`,
        '-A FORWARD -j ACCEPT',
      )
    const ends = (rules: string, fields: Partial<Packet>): string[] =>
      fates(firewallOf({ legacy: rules }).pass('ip', 'forward', to(80, fields)))
    const transfer = { state: 'established', length: 1500, flags: 'ack' } as const
    const unclear = ['10.8.0.2:80, limit', 'drop, not limit']
    expect(ends(drops(), {})).to.deep.equal(['10.8.0.2:80'])
    expect(ends(drops(), { ...transfer, length: 52 })).to.deep.equal(['10.8.0.2:80'])
    expect(ends(drops(), transfer)).to.deep.equal(unclear)
    expect(ends(drops('--hashlimit-burst 1000'), transfer)).to.deep.equal(['10.8.0.2:80'])
  })

  it('go by the length of a transfer’s packets only where that is the same for joined segments', () => {
    const ends = (range: string, fields: Partial<Packet>): string[] => {
      const legacy = filter(`-A FORWARD -m length --length ${range} -j DROP`, '-A FORWARD -j ACCEPT')
      return fates(firewallOf({ legacy }).pass('ip', 'forward', to(80, fields)))
    }
    const transfer = { state: 'established', length: 1500, flags: 'ack' } as const
    for (const range of ['1501:65535', '1400:1500', '0:1500'])
      expect(ends(range, transfer), range).to.deep.equal(['10.8.0.2:80, not other', 'drop, other'])
    expect(ends('1400:65535', transfer)).to.deep.equal(['drop'])
    expect(ends('0:1499', transfer)).to.deep.equal(['10.8.0.2:80'])
    for (const alone of [{ ...transfer, length: 52 }, { ...transfer, protocol: 'udp' } as const, { length: 1500 }]) {
      expect(ends('1501:65535', alone)).to.deep.equal(['10.8.0.2:80'])
      expect(ends(`${alone.length}:${alone.length}`, alone)).to.deep.equal(['drop'])
    }
  })

  it('limit an address to its device only where a packet has one', () => {
    const drops = '-A OUTPUT -m addrtype --dst-type LOCAL --limit-iface-in -j DROP'
    const firewall = firewallOf({
      legacy: filter(drops),
      view: { addressType: (_, device) => (device === undefined ? 'local' : 'unicast') },
    })
    expect(fates(firewall.pass('ip', 'output', to(80, { input: '' })))).to.deep.equal(['drop'])
    expect(fates(firewall.pass('ip', 'output', to(80, { input: 'br0' })))).to.deep.equal(['10.8.0.2:80'])
  })

  it('name the rule', () => {
    const [world] = firewallOf({ legacy: filter('-A FORWARD -m comment --comment "no web" -p tcp -j DROP') }).pass(
      'ip',
      'forward',
      to(80),
    )
    expect(world!.terminating[0]).to.include({
      backend: 'legacy',
      table: 'ip filter',
      chain: 'FORWARD',
      comment: 'no web',
    })
  })
})
