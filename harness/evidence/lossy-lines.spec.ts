import { expect } from 'chai'
import { leavesOut } from './lossy-lines.ts'

const is = (key: string, right: unknown, op = '==') => ({ match: { op, left: { meta: { key } }, right } })
const port = (field: string, right: unknown) => ({
  match: { op: '==', left: { payload: { protocol: 'tcp', field } }, right },
})
const rule = (...expr: Record<string, unknown>[]) => ({ family: 'ip', table: 'filter', chain: 'DOCKER', expr })

describe('a line of iptables-save', () => {
  const complete: [string, Record<string, unknown>[]][] = [
    ['-A DOCKER -i docker0 -p tcp -m tcp --dport 80 -j ACCEPT', [is('iifname', 'docker0'), port('dport', 80)]],
    ['-A DOCKER -s 10.0.0.0/8 -j DROP', [is('saddr', { prefix: { addr: '10.0.0.0', len: 8 } })]],
    ['-A DOCKER -d fd00::2/128 -j DROP', [is('daddr', 'fd00::2')]],
    ['-A DOCKER -i br-+ -j DROP', [is('iifname', 'br-*')]],
    ['-A DOCKER -m mark --mark 0x10 -j DROP', [is('mark', 16)]],
    ['-A DOCKER -p tcp -m tcp --dport 80:90 -j DROP', [port('dport', { range: [80, 90] })]],
    ['-A DOCKER -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', [is('state', ['established', 'related'], 'in')]],
    ['-A DOCKER -m addrtype --dst-type LOCAL -j RETURN', [{ xt: { type: 'match', name: 'addrtype' } }]],
  ]
  for (const [line, expr] of complete)
    it(`has all that nft lists: ${line}`, () => expect(leavesOut(line, rule(...expr))).to.equal(false))

  const lossy: [string, Record<string, unknown>[]][] = [
    [
      '-A DOCKER ! -i docker0 -p 6 -j DNAT --to-destination 172.17.0.2:80',
      [is('iifname', 'docker0', '!='), port('dport', 8080)],
    ],
    // The port stands in the target, in a comment, and once where nft compares twice.
    ['-A DOCKER -p 6 -j DNAT --to-destination :80', [port('dport', 80)]],
    ['-A DOCKER -m comment --comment "to 80" -p 6 -j ACCEPT', [port('dport', 80)]],
    ['-A DOCKER -p tcp -m tcp --dport 80 -j ACCEPT', [port('sport', 80), port('dport', 80)]],
    ['-A DOCKER -p 6 -j ACCEPT', [port('dport', { range: [80, 90] })]],
  ]
  for (const [line, expr] of lossy)
    it(`lacks what nft lists: ${line}`, () => expect(leavesOut(line, rule(...expr))).to.equal(true))
})
