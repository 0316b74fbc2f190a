import { expect } from 'chai'
import { type Packet, packetOf } from '../packet.ts'
import { planted } from '../planted.ts'
import { passes, rows, to } from './firewall.spec-data.ts'
import { fates, firewallOf, type Rules } from './firewall-of.spec-data.ts'
import type { Family, HookName } from './types.ts'

describe('a firewall', () => {
  for (const [name, rules, packet, wanted, hook = 'forward', family = 'ip', device = ''] of rows)
    it(`follows the kernel: ${name}`, () => {
      const worlds = firewallOf(rules).pass(family, hook, packet, device)
      const marks =
        wanted[0] === passes(81) && wanted.length === 2
          ? fates(worlds).map((each) => each.split(',')[0])
          : fates(worlds)
      expect(marks).to.deep.equal([...wanted].sort())
    })

  it('goes on after a drop, to find further drops', () => {
    const [world] = firewallOf({ tables: ['drops-early', 'accepts-first'] }).pass('ip', 'forward', to(80), '', {
      goOn: true,
    })
    expect(world!.dead).to.equal(true)
    expect(world!.terminating.map(({ table, chain }) => `${table} ${chain}`)).to.deep.equal([
      'ip drops-early early',
      'ip accepts-first late',
    ])
  })

  it('translates an answer back within a hook', () => {
    const apply = (packet: Packet): Packet => ({ ...packet, destinationPort: 80 })
    const untranslate = { priority: -200, apply }
    const answer = to(1, { state: 'established', direction: 'reply' })
    const pass = (priority: number) =>
      fates(
        firewallOf({ tables: ['accepts-first'] }).pass('ip', 'forward', answer, '', {
          untranslate: { ...untranslate, priority },
        }),
      )
    expect(pass(-200)).to.deep.equal(['drop'])
    expect(pass(10)).to.deep.equal(['drop'])
    expect(pass(20)).to.deep.equal(['10.8.0.2:80'])
  })

  it('records that the output hook changes what routing depends on', () => {
    const pass = (port: number) => firewallOf({ tables: ['rerouted'] }).pass('ip', 'output', to(port))[0]!
    expect(pass(80)).to.deep.include({ reroutes: true })
    expect(pass(81).reroutes).to.equal(undefined)
  })

  it('does not know whether a legacy table or an nft chain of its priority comes first', () => {
    const legacy = '*mangle\n:FORWARD ACCEPT\n-A FORWARD -p tcp -j MARK --set-xmark 0x1/0xffffffff\nCOMMIT'
    const match = { op: '==', left: { meta: { key: 'mark' } }, right: 1 }
    const rule = { family: 'ip', table: 't', chain: 'c', expr: [{ match }, { drop: null }] }
    const ends = (prio: number): string[] => {
      const chain = { family: 'ip', table: 't', name: 'c', type: 'filter', hook: 'forward', prio, rules: [rule] }
      return fates(firewallOf({ legacy, chains: [chain] }).pass('ip', 'forward', to(80, { mark: 0 })))
    }
    expect(ends(-151)).to.deep.equal([passes(80)])
    expect(ends(-149)).to.deep.equal(['drop'])
    expect(ends(-150)).to.deep.equal([`${passes(80)}, listing`, 'drop, not listing'])
  })

  it('does not know whether one of few source ports is free', () => {
    const snat = (to: string, packet: Packet): string[] => {
      const legacy = `*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -p ${packet.protocol} -j ${to}\nCOMMIT`
      return fates(firewallOf({ legacy }).pass('ip', 'postrouting', packet))
    }
    const one = 'SNAT --to-source 192.0.2.2:1-1'
    expect(snat(one, to(80))).to.deep.equal([`${passes(80)}, limit`, 'drop, not limit'])
    expect(snat('SNAT --to-source 192.0.2.2:1000-1010', to(80))).to.have.lengthOf(2)
    expect(snat('MASQUERADE --to-ports 1000-1010', to(80))).to.have.lengthOf(2)
    expect(snat('SNAT --to-source 192.0.2.2:1024-65535', to(80))).to.deep.equal([passes(80)])
    expect(snat('SNAT --to-source 192.0.2.2', to(80))).to.deep.equal([passes(80)])
    expect(snat('MASQUERADE', to(80))).to.deep.equal([passes(80)])
    expect(snat(one, to(0, { protocol: 'icmp' })), 'an echo has no port').to.have.lengthOf(1)
  })

  it('names the rule that ended a packet', () => {
    const [world] = firewallOf({ tables: ['returns-to-policy'] }).pass('ip', 'forward', to(81))
    expect(world!.terminating[0]).to.include({
      table: 'ip returns-to-policy',
      chain: 'hooked',
      rule: 'policy drop',
      verdict: 'drop',
    })
  })

  const errors: [string, Rules, Packet, HookName?, Family?][] = [
    ['hook-order', { tables: ['mark-then-match'] }, to(80)],
    ['goto-returns', { tables: ['goes-to'] }, to(82, { source: '10.9.0.3' })],
    ['vmap', { tables: ['verdict-maps'] }, to(80)],
    ['policy-after-return', { tables: ['returns-to-policy'] }, to(81)],
    ['legacy', { legacy: '*filter\n:FORWARD DROP\nCOMMIT' }, to(80)],
    [
      'bridge-family',
      { tables: ['frames'] },
      packetOf({ protocol: 'icmp', inputPort: 'a', outputPort: 'vd' }),
      'forward',
      'bridge',
    ],
    ['masquerade', { tables: ['translations'] }, to(80), 'postrouting'],
  ]
  for (const [name, rules, packet, hook = 'forward', family = 'ip'] of errors)
    it(`accepts the planted error ${name}`, () => {
      const sound = firewallOf(rules).pass(family, hook, packet)
      planted.add(name)
      try {
        expect(firewallOf(rules).pass(family, hook, packet)).to.not.deep.equal(sound)
      } finally {
        planted.delete(name)
      }
    })
})
