import { expect } from 'chai'
import type { Facts, NetworkFact } from './facts.ts'
import { parseIptablesSave } from './iptables-save.ts'
import { missingRules } from './network-rules.ts'

const network = (bridge: string, subnet: string, more: Partial<NetworkFact> = {}): NetworkFact => ({
  name: bridge,
  id: bridge,
  bridge,
  subnet,
  gateway: '',
  subnet6: '',
  gateway6: '',
  subnets: [subnet],
  ipv6: false,
  internal: false,
  options: {},
  ...more,
})
const one = network('br-1', '172.20.1.0/24')
const ten = network('br-10', '172.20.10.0/24')

/** What dockerd makes for a network, in an old engine's way. */
const rulesOf = ({ bridge, subnet }: NetworkFact): string[] => [
  `-A FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
  `-A FORWARD -o ${bridge} -j DOCKER`,
  `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
  `-A POSTROUTING -s ${subnet} ! -o ${bridge} -j MASQUERADE`,
]
const missing = (networks: NetworkFact[], rules: string[]): string[] =>
  missingRules({ docker: { networks }, ruleset: parseIptablesSave(['*filter', ...rules]) } as unknown as Facts)

describe('the rules of networks', () => {
  const all = [...rulesOf(one), ...rulesOf(ten)]

  it('are complete when each network has what the others have', () =>
    expect(missing([one, ten], all)).to.deep.equal([]))

  it('are named, with the name of the network that lacks them', () =>
    expect(
      missing(
        [one, ten],
        all.filter((rule) => rule !== '-A FORWARD -o br-1 -j DOCKER'),
      ),
    ).to.deep.equal(['filter: -A FORWARD -o br-1 -j DOCKER']))

  it('are told from those of a network whose name begins alike', () =>
    expect(missing([one, ten], rulesOf(ten))).to.deep.equal([
      'filter: -A FORWARD -o br-1 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      'filter: -A FORWARD -o br-1 -j DOCKER',
      'filter: -A FORWARD -i br-1 ! -o br-1 -j ACCEPT',
      'filter: -A POSTROUTING -s 172.20.1.0/24 ! -o br-1 -j MASQUERADE',
    ]))

  it('may be missing from all networks: that is said in words', () =>
    expect(missing([one], ['-A FORWARD -o br-1 -j DOCKER'])).to.deep.equal([
      'filter: nothing accepts what comes from br-1',
      'filter: nothing accepts the replies to br-1',
    ]))

  it('of one container or port are no matter of the network', () =>
    expect(
      missing(
        [one, ten],
        [
          ...all,
          '-A DOCKER -d 172.20.1.2/32 ! -i br-1 -o br-1 -p tcp -m tcp --dport 80 -j ACCEPT',
          '-A DOCKER ! -i br-1 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.20.1.2:80',
        ],
      ),
    ).to.deep.equal([]))

  for (const [what, other] of [
    ['internal', network('br-2', '172.20.2.0/24', { internal: true })],
    [
      'routed',
      network('br-2', '172.20.2.0/24', { options: { 'com.docker.network.bridge.gateway_mode_ipv4': 'routed' } }),
    ],
  ] as const)
    it(`of a network that is ${what} are other ones by choice`, () =>
      expect(missing([one, other], rulesOf(one))).to.deep.equal([]))

  it('of a network that is not masqueraded are the same but for nat: it lacks rules as any other does', () => {
    const bare = { ...ten, options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' } }
    const nat = ['*nat', '-A POSTROUTING -s 172.20.1.0/24 ! -o br-1 -j MASQUERADE']
    const filter = rulesOf(one).slice(0, 3)
    expect(missing([one, bare], [...all.slice(0, 3), ...rulesOf(ten).slice(0, 3), ...nat])).to.deep.equal([])
    expect(missing([one, bare], [...filter, ...nat])).to.have.lengthOf(3)
    expect(missing([one, ten], [...filter, ...nat])).to.have.lengthOf(4)
  })

  it('of a default bridge with all its options spelled out are the same', () => {
    const options = Object.fromEntries(
      ['enable_icc', 'enable_ip_masquerade'].map((name) => [`com.docker.network.bridge.${name}`, 'true']),
    )
    expect(missing([one, { ...ten, options }], rulesOf(one))).to.have.lengthOf(4)
  })
})
