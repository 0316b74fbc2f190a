import { expect } from 'chai'
import { type Packet, packetOf } from '../packet.ts'
import { fates, firewallOf } from './firewall-of.spec-data.ts'
import { compileNftRule } from './nft/rule.ts'
import { clamped } from './segment-size.ts'
import { host, links, met } from './truth.spec-data.ts'
import { isUnknown, type Truth } from './truth.ts'
import type { HookName } from './types.ts'
import { compileXtRule } from './xtables/rule.ts'

const packet = (flags: Packet['flags'], more: Partial<Packet> = {}): Packet =>
  packetOf({ source: '127.0.0.1', destination: '127.0.0.1', destinationPort: 80, input: 'lo', flags, ...more })
const own = { segmentSize: { low: 65_495, high: 65_495 } }
const sign = (truth: Truth): string => (isUnknown(truth) ? '?' : truth ? '1' : '0')
const context = { hook: 'input' as HookName, priority: 0, family: 'ip', device: '', host } as const
const tested = [packet('syn', own), packet('syn-ack', own), packet('ack', own), packet('syn'), packet('ack')]

/** Whether a SYN, its answer and an acknowledgement of a known sender, and a SYN and an acknowledgement of others match. */
function saved(text: string): string {
  const scope = {
    family: 4,
    table: 'filter',
    chain: 'INPUT',
    id: text,
    ipsets: {},
    written: new Set<string>(),
  } as const
  const { operations } = compileXtRule(`-A INPUT -p tcp -m tcpmss ${text}`, scope, () => false)
  return tested.map((each) => sign(met(operations, { ...context, packet: each }))).join('')
}

function listed(op: string, right: unknown): string {
  const left = { 'tcp option': { name: 'maxseg', field: 'size' } }
  const scope = { family: 'ip', table: 't', chain: 'c', id: '', objects: { sets: [], maps: [], others: [] }, links }
  const { operations } = compileNftRule({ expr: [{ match: { op, left, right } }] }, '', {
    ...scope,
    written: new Set<string>(),
    cache: new Map(),
  })
  return tested.map((each) => sign(met(operations, { ...context, packet: each }))).join('')
}

describe('conditions on a segment size', () => {
  // The first three of each as the kernel (Linux 6.18) matched a connection over lo.
  for (const [text, answers] of [
    ['--mss 536:65535', '11010'],
    ['! --mss 536:65535', '00101'],
    ['--mss 65495', '110?0'],
    ['--mss 65496', '00000'],
    ['! --mss 65495', '001?1'],
    ['--mss 1:535', '00000'],
    ['--mss 1:1460', '000?0'],
  ] as const)
    it(`of iptables are met where the kernel found them met: ${text}`, () => expect(saved(text)).to.equal(answers))

  it('of nft are not met without the option, whatever the operator', () => {
    expect(listed('>=', 536)).to.equal('11010')
    expect(listed('!=', 536)).to.equal('110?0')
    expect(listed('<', 536)).to.equal('00000')
    expect(listed('!=', { range: [536, 65_535] })).to.equal('00000')
  })

  it('are not known once a rule has clamped the size', () => {
    expect(clamped(packet('syn', own)).segmentSize).to.deep.equal({ low: 0, high: 65_495 })
    expect(clamped(packet('ack')).segmentSize).to.equal(undefined)
    const clamp = '-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 400'
    const drop = '-A FORWARD -p tcp -m tcpmss --mss 1:535 -j DROP'
    const filter = (...rules: string[]) => ['*filter', ':FORWARD ACCEPT', ...rules, 'COMMIT'].join('\n')
    const through = (...rules: string[]) =>
      fates(firewallOf({ legacy: filter(...rules) }).pass('ip', 'forward', packet('syn')))
    expect(through(clamp, drop)).to.deep.equal(['127.0.0.1:80, not other', 'drop, other'])
    expect(through(drop, clamp)).to.deep.equal(['127.0.0.1:80'])
  })
})
