import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { skipped } from '../../../lib/skipped.spec-data.ts'
import { readAddresses } from '../../sections/addresses/read.ts'
import { readLinks } from '../../sections/links/read.ts'
import { readNeighbours } from '../../sections/neighbours/read.ts'
import { readRoutes } from '../../sections/routes/read.ts'
import { readPolicyRules } from '../../sections/routing-rules/read.ts'
import { addressesAsJson } from './addresses.ts'
import { linksAsJson } from './links.ts'
import { neighboursAsJson } from './neighbours.ts'
import { policyRulesAsJson } from './policy-rules.ts'
import { routesAsJson, routesOfFamily } from './routes.ts'

// A network namespace with as many kinds of links, routes and rules as a kernel makes without help.
const setUp = `set -e
ip link set lo up
ip link add d0 type veth peer name d1; ip link set d0 up mtu 1400; ip link set d1 up
ip link add br0 type bridge stp_state 1; ip link set br0 up
ip link add va type veth peer name vb; ip link set va master br0 up; ip link set vb up
ip link set va type bridge_slave isolated on hairpin on learning off
# Not every kernel has these.
ip link set br0 type bridge vlan_filtering 1 || :
! ip link add link d0 name d0.7 type vlan id 7 || ip link set d0.7 up
! ip link add link d0 name mv0 type macvlan mode bridge || ip link set mv0 up
ip link property add dev d0 altname other-name; ip link set d0 alias 'veth 12: x'
ip address add 10.1.0.1/24 dev d0; ip address add 10.1.0.9/24 dev d0; ip address add 10.2.0.1 peer 10.2.0.2/32 dev br0
ip address add 2001:db8::1/64 dev d0 nodad; ip address add 10.3.0.1/16 scope link dev vb
ip route add default via 10.1.0.2 metric 50
ip route add 10.9.0.0/16 nexthop via 10.1.0.3 dev d0 weight 2 nexthop via 10.1.0.4 dev d0 weight 1
ip route add blackhole 10.8.0.0/16; ip route add unreachable 10.7.0.0/16 metric 9; ip route add prohibit 10.6.0.0/16 table 77
ip route add 10.5.0.0/16 via inet6 2001:db8::9 dev d0; ip route add 10.4.0.0/16 dev d0 mtu lock 1280 src 10.1.0.1 proto static
ip route add 10.4.1.0/24 via 10.1.0.2 dev d0 mtu 1300 advmss 1200 onlink; ip route add throw 10.4.2.0/24 table 77
ip -6 route add 2001:db8:1::/48 via 2001:db8::2; ip -6 route add unreachable 2001:db8:2::/48; ip -6 route add default via 2001:db8::3 metric 7
ip rule add pref 100 from 10.1.0.0/16 to 10.2.0.0/16 iif d0 fwmark 0x1/0xff lookup 77
ip rule add pref 101 not from 10.1.0.1 fwmark 2 lookup main suppress_prefixlength 0
ip rule add pref 102 oif gone ipproto tcp sport 80 dport 1000-2000 lookup 78; ip rule add pref 103 uidrange 5-9 prohibit
ip rule add pref 104 to 10.3.0.0/16 blackhole; ip rule add pref 105 tos 0x10 unreachable; ip rule add pref 106 goto 32766
ip rule add pref 107 nop
ip -6 rule add pref 100 from 2001:db8::/32 lookup 77
ip neigh add 10.1.0.2 lladdr 02:00:00:00:00:01 dev d0 nud permanent; ip neigh add 10.1.0.3 lladdr 02:00:00:00:00:02 dev d0 nud stale
ip neigh add 2001:db8::2 lladdr 02:00:00:00:00:03 dev d0 nud permanent; ip neigh add 10.1.0.5 dev d0 nud failed`

const questions = {
  link: ['-s -d link', '-j -d link'],
  address: ['-d address', '-j address'],
  brief: ['-o addr', '-j address'],
  routes: ['route show table all', '-j -4 route show table all'],
  routes6: ['-6 route show table all', '-j -6 route show table all'],
  rules: ['-4 rule', '-j -4 rule'],
  rules6: ['-6 rule', '-j -6 rule'],
  neighbours: ['-s -s neigh show', '-j neigh show'],
} as const

/** What `ip` prints of that namespace, as text and as JSON; undefined where this machine cannot make one. */
function printed(): Record<keyof typeof questions, [string, string]> | undefined {
  const mark = '=== next'
  const lines = Object.values(questions).flatMap(([text, json]) => [`ip ${text}`, `ip ${json}`])
  const script = `${setUp}\nset +e\n${lines.map((line) => `${line}\necho '${mark}'`).join('\n')}`
  const { status, stdout } = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' })
  if (status !== 0) return undefined
  const parts = stdout.split(`${mark}\n`)
  return Object.fromEntries(
    Object.keys(questions).map((name, at) => [name, [parts[2 * at]!, parts[2 * at + 1]!]]),
  ) as Record<keyof typeof questions, [string, string]>
}

describe('the text of `ip` in a sos report', function () {
  this.timeout(20_000)
  let seen: NonNullable<ReturnType<typeof printed>>

  before(function () {
    const found = process.getuid?.() === 0 ? printed() : undefined
    if (!found) return skipped(this, 'links cannot be made here: that takes root, and network namespaces')
    seen = found
  })

  it('gives the same links as JSON does', () => {
    const addresses = readAddresses(seen.address[1])
    const found = readLinks(linksAsJson(seen.link[0]), addresses)
    expect(found).to.deep.equal(readLinks(seen.link[1], addresses))
    expect(found.map(({ kind }) => kind)).to.include.members(['bridge', 'veth'])
    expect(found.find(({ name }) => name === 'va')?.port).to.include({ isolated: true, hairpin: true, learning: false })
    expect(found.find(({ name }) => name === 'br0')?.bridge).to.include({ stp: true })
  })

  it('gives the same addresses', () => {
    expect(readAddresses(addressesAsJson(seen.address[0]))).to.deep.equal(readAddresses(seen.address[1]))
    const listed = [...readAddresses(seen.brief[1])].filter(([, own]) => own.length > 0)
    expect([...readAddresses(addressesAsJson(seen.brief[0]))]).to.deep.equal(listed)
    expect(listed.flatMap(([, own]) => own)).to.have.length.at.least(8)
  })

  it('gives the same routes of both families', () => {
    const [both, six] = [seen.routes[0], seen.routes6[0]]
    const expected = readRoutes(seen.routes[1])
    expect(expected).to.have.length.at.least(14)
    for (const known of [six, ''])
      expect(readRoutes(routesAsJson(routesOfFamily(both, 4, known)))).to.deep.equal(expected)
    expect(readRoutes(routesAsJson(six))).to.deep.equal(readRoutes(seen.routes6[1]))
  })

  it('gives the same rules', () => {
    expect(readPolicyRules(policyRulesAsJson(seen.rules[0]))).to.deep.equal(readPolicyRules(seen.rules[1]))
    expect(readPolicyRules(policyRulesAsJson(seen.rules6[0]))).to.deep.equal(readPolicyRules(seen.rules6[1]))
    expect(seen.rules[0].trim().split('\n')).to.have.length(11)
  })

  it('gives the same neighbours', () => {
    expect(readNeighbours(neighboursAsJson(seen.neighbours[0]))).to.deep.equal(readNeighbours(seen.neighbours[1]))
    expect(readNeighbours(seen.neighbours[1])).to.have.length.at.least(4)
  })
})

describe('what `ip` did not print', () => {
  it('is refused, not skipped', () => {
    expect(() => linksAsJson('Device "x" does not exist.')).to.throw(/not a link/)
    expect(() => addressesAsJson('')).to.throw(/no link/)
    expect(() => addressesAsJson('1: lo: <UP> mtu 1\n    inet nonsense')).to.throw(/not an address/)
    expect(() => routesAsJson('10.0.0.0/8 dev eth0 newword 7')).to.throw(/not a route/)
    expect(() => policyRulesAsJson('RTNETLINK answers: Operation not supported')).to.throw(/not a rule/)
    expect(() => policyRulesAsJson('1:\tfrom all newword 7 lookup main')).to.throw(/not a rule/)
    expect(() => neighboursAsJson('Error: x')).to.throw(/not a neighbour/)
  })
})
