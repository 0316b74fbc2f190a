import { expect } from 'chai'
import type { PolicyRule, RouteFact } from '../evidence/facts.ts'
import { fibOf, type Key } from './fib.ts'

const route = (dst: string, rest: Partial<RouteFact> = {}): RouteFact => ({
  type: 'unicast',
  dst,
  dev: 'eth0',
  table: 'main',
  metric: 0,
  flags: [],
  ...rest,
})
const rule = (priority: number, rest: Partial<PolicyRule>): PolicyRule => ({
  priority,
  not: false,
  action: 'lookup',
  unknown: [],
  ...rest,
})
const usual = [rule(0, { table: 'local' }), rule(32766, { table: 'main' }), rule(32767, { table: 'default' })]
const key = (rest: Partial<Key> = {}): Key => ({
  source: '172.17.0.2',
  destination: '203.0.113.10',
  input: 'docker0',
  mark: 0,
  protocol: 'tcp',
  sourcePort: 40000,
  destinationPort: 443,
  ...rest,
})

describe('the routing of a stack', () => {
  const tables = [
    route('192.0.2.2', { type: 'local', table: 'local' }),
    route('default', { gateway: '192.0.2.1', dev: 'wan0' }),
    route('203.0.113.0/24', { dev: 'vpn0', table: '100' }),
    route('10.0.0.0/8', { dev: 'slow0', metric: 50 }),
    route('10.0.0.0/8', { dev: 'fast0', metric: 10 }),
    route('10.1.0.0/16', { dev: 'near0' }),
    route('default', { type: 'throw', table: '300', dev: '' }),
  ]
  const lookup = (rules: PolicyRule[], packet: Partial<Key> = {}) =>
    fibOf(tables, [...usual, ...rules]).lookup(key(packet))
  const device = (rules: PolicyRule[], packet: Partial<Key> = {}) =>
    lookup(rules, packet).map(({ type, route }) => route?.dev || type)

  it('takes the longest prefix, then the smallest metric', () => {
    expect(device([], { destination: '10.1.2.3' })).to.deep.equal(['near0'])
    expect(device([], { destination: '10.2.2.3' })).to.deep.equal(['fast0'])
    expect(device([])).to.deep.equal(['wan0'])
  })

  it('knows the host’s own addresses first', () =>
    expect(lookup([], { destination: '192.0.2.2' })[0]!.type).to.equal('local'))

  it('skips dead routes', () => {
    const fib = fibOf(
      [route('default', { dev: 'gone0', flags: ['dead'] }), route('default', { dev: 'wan1', metric: 9 })],
      usual,
    )
    expect(fib.lookup(key()).map(({ route }) => route?.dev)).to.deep.equal(['wan1'])
  })

  it('follows rules in the order of their priorities, by source, device, mark, protocol and port', () => {
    const to100 = (rest: Partial<PolicyRule>) => [rule(100, { table: '100', ...rest })]
    expect(device(to100({ src: '172.17.0.0/16' }))).to.deep.equal(['vpn0'])
    expect(device(to100({ src: '172.18.0.0/16' }))).to.deep.equal(['wan0'])
    expect(device(to100({ src: '172.18.0.0/16', not: true }))).to.deep.equal(['vpn0'])
    expect(device(to100({ iif: 'docker0' }))).to.deep.equal(['vpn0'])
    expect(device(to100({ oif: 'wan0' }))).to.deep.equal(['wan0'])
    expect(device(to100({ fwmark: 1 }), { mark: 1 })).to.deep.equal(['vpn0'])
    expect(device(to100({ fwmark: 0x10, fwmask: 0xf0 }), { mark: 0x1f })).to.deep.equal(['vpn0'])
    expect(device(to100({ fwmark: 0x10, fwmask: 0xf0 }), { mark: 0x2f })).to.deep.equal(['wan0'])
    expect(device(to100({ ipproto: 'udp' }))).to.deep.equal(['wan0'])
    expect(device(to100({ dport: '400-500' }))).to.deep.equal(['vpn0'])
    expect(device(to100({ uidrange: '4000-4999' }))).to.deep.equal(['wan0'])
    expect(device(to100({ uidrange: '0-4999' }))).to.deep.equal(['vpn0'])
  })

  it('ends at a rule or a route that stops', () => {
    expect(device([rule(50, { action: 'blackhole', src: '172.17.0.0/16' })])).to.deep.equal(['blackhole'])
    const fib = fibOf([route('203.0.113.0/24', { type: 'prohibit' }), route('default')], usual)
    expect(fib.lookup(key())[0]!.type).to.equal('prohibit')
    expect(fibOf([], usual).lookup(key())[0]!.type).to.equal('none')
  })

  it('goes on after throw, an empty table and a suppressed prefix', () => {
    expect(device([rule(50, { table: '300' })])).to.deep.equal(['wan0'])
    expect(device([rule(50, { table: '77' })])).to.deep.equal(['wan0'])
    expect(
      device([rule(50, { table: 'main', suppressPrefixLength: 0 }), rule(60, { action: 'unreachable' })]),
    ).to.deep.equal(['unreachable'])
    expect(device([rule(50, { table: 'main', suppressPrefixLength: 0 }), rule(60, { table: '100' })])).to.deep.equal([
      'vpn0',
    ])
    expect(device([rule(50, { table: 'main', suppressPrefixLength: 0 })], { destination: '10.1.2.3' })).to.deep.equal([
      'near0',
    ])
  })

  it('takes both branches where a rule matches on something unknown', () => {
    const found = lookup([rule(50, { fwmark: 1, table: '100' })], { mark: undefined })
    expect(found.map(({ route }) => route?.dev)).to.deep.equal(['vpn0', 'wan0'])
    expect(found.map(({ doubts }) => doubts[0]!.holds)).to.deep.equal([true, false])
    expect(lookup([rule(50, { unknown: ['tos'], table: '100' })])).to.have.length(2)
  })

  it('skips a goto without a target', () => {
    const nowhere = rule(50, { action: 'goto', goto: 150 })
    expect(device([nowhere, rule(200, { action: 'blackhole' })])).to.deep.equal(['blackhole'])
    expect(device([nowhere, rule(100, { action: 'unreachable' })])).to.deep.equal(['unreachable'])
    expect(device([nowhere])).to.deep.equal(['wan0'])
  })

  it('jumps over rules with goto', () => {
    const rules = [
      rule(50, { action: 'goto', goto: 200 }),
      rule(100, { action: 'blackhole' }),
      rule(200, { table: '100' }),
    ]
    expect(device(rules)).to.deep.equal(['vpn0'])
  })

  it('reads the ports of packets from a link only where a rule for such packets needs them', () => {
    const answers = rule(50, { not: true, iif: 'lo', ipproto: 'icmp', action: 'blackhole' })
    const echo = key({ protocol: 'icmp', sourcePort: 0, destinationPort: 0, input: 'lo' })
    const own = fibOf(tables, [...usual, answers])
    expect(own.lookup(echo)[0]!.type).to.equal('unicast')
    expect(own.lookup({ ...echo, received: true })[0]!.type).to.equal('blackhole')
    const dissected = fibOf(tables, [...usual, answers, rule(60, { dport: '22', table: '100' })])
    expect(dissected.lookup({ ...echo, received: true })[0]!.type).to.equal('unicast')
  })
})
