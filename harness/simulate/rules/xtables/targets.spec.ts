import { expect } from 'chai'
import { type Packet, packetOf } from '../../packet.ts'
import { fates, firewallOf } from '../firewall-of.spec-data.ts'
import type { HookName } from '../types.ts'

const to = (destinationPort: number, fields: Partial<Packet> = {}): Packet =>
  packetOf({ source: '10.9.0.2', destination: '10.8.0.2', destinationPort, input: 'br0', output: 'up0', ...fields })
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

const marks: [string, string[], Partial<Packet>, number | undefined][] = [
  ['set', ['-j MARK --set-xmark 0x5/0xffffffff'], { mark: 0xf0 }, 5],
  ['set under a mask', ['-j MARK --set-xmark 0x10/0xff'], { mark: 0xab01 }, 0xab10],
  ['or', ['-j MARK --set-xmark 0x10/0x10'], { mark: 1 }, 0x11],
  ['and', ['-j MARK --set-xmark 0x0/0xffffffef'], { mark: 0x33 }, 0x10],
  ['xor', ['-j MARK --set-xmark 0x11/0x0'], { mark: 0x10 }, 1],
  ['of what is not known', ['-j MARK --set-xmark 0x10/0xff'], { mark: undefined }, undefined],
  ['all bits of what is not known', ['-j MARK --set-xmark 0x10/0xffffffff'], { mark: undefined }, 0x10],
  ['restored', ['-j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff'], { mark: 0xab00, ctMark: 0x1234 }, 0xab34],
  [
    'saved and restored',
    [
      '-j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff',
      '-j MARK --set-xmark 0x0/0xffffffff',
      '-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff',
    ],
    { mark: 9 },
    9,
  ],
  ['where it is met', ['-m mark --mark 0x10/0xf0 -j MARK --set-xmark 0x1/0xffffffff'], { mark: 0x1f }, 1],
  ['where it is not', ['-m mark ! --mark 0x10/0xf0 -j MARK --set-xmark 0x1/0xffffffff'], { mark: 0x1f }, 0x1f],
]

const translations: [string, string, Packet, HookName, string[]][] = [
  ['DNAT', '-A PREROUTING -p tcp -j DNAT --to-destination 10.9.0.7:81', to(80), 'prerouting', ['10.9.0.7:81']],
  ['DNAT of a port', '-A PREROUTING -p tcp -j DNAT --to-destination :81', to(80), 'prerouting', ['10.8.0.2:81']],
  [
    'DNAT that keeps a port',
    '-A PREROUTING -p tcp -j DNAT --to-destination 10.9.0.7:80-90',
    to(85),
    'prerouting',
    ['10.9.0.7:85'],
  ],
  ['REDIRECT', '-A PREROUTING -p tcp -j REDIRECT --to-ports 81', to(80), 'prerouting', ['10.9.0.1:81']],
  [
    'REDIRECT of the host’s own',
    '-A OUTPUT -p tcp -j REDIRECT --to-ports 81',
    to(80, { input: '' }),
    'output',
    ['127.0.0.1:81'],
  ],
  ['NETMAP', '-A PREROUTING -j NETMAP --to 10.5.0.0/24', to(80), 'prerouting', ['10.5.0.2:80']],
  [
    'DNAT in a chain of its own',
    '-A PREROUTING -j U\n-A U -p tcp -j DNAT --to-destination 10.9.0.7',
    to(80),
    'prerouting',
    ['10.9.0.7:80'],
  ],
]

describe('targets of iptables', () => {
  for (const [name, rules, fields, mark] of marks)
    it(`mark packets: ${name}`, () => {
      const lines = rules.map((rule) => `-A PREROUTING ${rule}`)
      const [world, ...others] = firewallOf({ nft: table('mangle', ...lines) }).pass('ip', 'prerouting', to(80, fields))
      expect(others).to.deep.equal([])
      expect(world!.packet.mark).to.equal(mark)
    })

  for (const [name, rules, packet, hook, wanted] of translations)
    it(`translate: ${name}`, () =>
      expect(fates(firewallOf({ nft: table('nat', rules) }).pass('ip', hook, packet))).to.deep.equal(wanted))

  it('translate sources', () => {
    const source = (rule: string, fields: Partial<Packet> = {}) =>
      firewallOf({ nft: table('nat', rule) }).pass('ip', 'postrouting', to(80, fields))[0]!.packet.source
    expect(source('-A POSTROUTING -s 10.9.0.0/16 ! -o br0 -j MASQUERADE')).to.equal('10.8.0.1')
    expect(source('-A POSTROUTING -s 10.9.0.0/16 ! -o br0 -j MASQUERADE', { output: 'br0' })).to.equal('10.9.0.2')
    expect(source('-A POSTROUTING -j SNAT --to-source 192.0.2.9')).to.equal('192.0.2.9')
  })

  it('record that the size of segments is clamped', () => {
    const nft = table('mangle', '-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu')
    const pass = (packet: Packet) => firewallOf({ nft }).pass('ip', 'forward', packet)[0]!.clampsMss
    expect(pass(to(80))).to.equal(true)
    expect(pass(to(80, { protocol: 'udp' }))).to.equal(undefined)
  })
})
