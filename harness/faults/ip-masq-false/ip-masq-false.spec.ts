import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { bundlesOf } from '../bundles.spec-data.ts'
import { diagnose } from './diagnose.ts'

const { own, sick, others } = bundlesOf('ip-masq-false')

const option = 'com.docker.network.bridge.enable_ip_masquerade'
const told = (facts: Facts, docker: Partial<Facts['docker']>): Facts => ({
  ...facts,
  docker: { ...facts.docker, ...docker },
})
// iptables-nft keeps these tables, and both listings speak of them.
const withoutNat = ({ nft }: Facts): Facts['nft'] =>
  nft.filter(({ family, table }) => family !== 'ip' || table !== 'nat')
const withRule = (facts: Facts, rule: string): Facts => {
  const nat = ['*nat', ':POSTROUTING ACCEPT', ...facts.rules.filter((line) => line.includes('-A POSTROUTING')), rule]
  return { ...facts, xtables: { ...facts.xtables, nft: parseIptablesSave(nat) }, nft: withoutNat(facts) }
}

describe('masquerade off', () => {
  describe('speaks on', () => {
    for (const [name, facts] of sick)
      it(name, () => {
        const { cause, confidence, state } = diagnose(facts)!
        const latent = /written|hand-made/.test(name)
        expect({ cause, confidence, state }).to.deep.equal({
          cause: 'masquerade-off',
          confidence: 'certain',
          state: latent ? 'latent' : 'active',
        })
      })
  })

  describe('is silent on', () => {
    for (const [path, facts] of others) it(path, () => expect(diagnose(facts)).to.equal(undefined))
  })

  describe('stands on', () => {
    const evidenceOf = (name: string) => diagnose(own(`sick/${name}`))!.evidence.map(({ from }) => from)

    it('daemon.json, the network’s option, the missing rule and the packets that left bare', () =>
      expect(evidenceOf('debian12-daemon-json')).to.deep.equal([
        '/etc/docker/daemon.json',
        'docker network inspect bridge',
        'iptables-save -t nat',
        'conntrack -L',
        'conntrack -L',
      ]))

    it('the running command line where daemon.json knows nothing', () =>
      expect(evidenceOf('debian12-command-line')).to.include('the running dockerd’s command line'))

    it('the network’s option alone, once live-restore has kept it past the correction', () => {
      expect(evidenceOf('debian13-live-restore-corrected')[0]).to.equal('docker network inspect bridge')
      expect(diagnose(own('sick/debian13-live-restore-corrected'))!.summary).to.contain('running network keeps it')
    })

    it('each network that iptables=false leaves bare', () =>
      expect(diagnose(own('sick/debian-testing-iptables-false'))!.summary).to.match(/bridge .*probe-a .*probe-b/))

    it('what masquerades in Docker’s place', () =>
      expect(diagnose(own('sick/debian12-hand-made-masquerade'))!.evidence.at(-1)!.line).to.contain('-j MASQUERADE'))
  })

  describe('judges', () => {
    const healthy = own('well/debian12-healthy')
    const broken = own('sick/debian12-daemon-json')

    it('every word with which Go takes a flag for no', () => {
      for (const word of ['--ip-masq=false', '--ip-masq=0', '--iptables=F'])
        expect(diagnose(told(healthy, { command: ['dockerd', word] }))).to.include({ state: 'latent' })
      for (const word of ['--ip-masq=true', '--ip-masq', '--ip6tables=false'])
        expect(diagnose(told(healthy, { command: ['dockerd', word] }))).to.equal(undefined)
    })

    it('the setting ahead of a dockerd that does not run, whatever keeps it down', () => {
      const down = told(healthy, { server: '', command: [], networks: [], config: { 'ip-masq': false } })
      expect(diagnose(down)).to.include({ state: 'latent' })
      expect(diagnose(down)!.summary).to.contain('is not running')
      expect(diagnose(told(down, { config: {} }))).to.equal(undefined)
      const unit = { ...healthy.units['docker.service']!, load: 'not-found' }
      expect(diagnose({ ...down, units: { 'docker.service': unit } })).to.equal(undefined)
    })

    it('a network made so by hand only where it is seen to fail', () => {
      const bare = healthy.docker.networks.map((network) =>
        network.name === 'probe-a' ? { ...network, options: { ...network.options, [option]: 'false' } } : network,
      )
      const facts = told(healthy, { networks: bare })
      expect(diagnose(facts)).to.equal(undefined)
      const lost =
        'udp 17 25 src=172.30.1.10 dst=203.0.113.10 sport=1 dport=7 [UNREPLIED] src=203.0.113.10 dst=172.30.1.10'
      expect(diagnose({ ...facts, connections: [lost] })?.summary).to.contain('probe-a (172.30.1.0/24)')
    })

    it('the rules that masquerade a whole subnet, and not Docker’s for one container or for the host', () => {
      const state = (rule: string) => diagnose(withRule(broken, rule))?.state
      expect(state('-A POSTROUTING -s 172.16.0.0/12 -o wan0 -j SNAT --to-source 192.0.2.2')).to.equal('latent')
      expect(state('-A POSTROUTING -o wan0 -j MASQUERADE')).to.equal('latent')
      expect(state('-A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -j MASQUERADE')).to.equal('active')
      expect(state('-A POSTROUTING -o docker0 -m addrtype --src-type LOCAL -j MASQUERADE')).to.equal('active')
      expect(state('-A POSTROUTING ! -s 172.17.0.0/16 -j MASQUERADE')).to.equal('active')
    })

    it('nftables rules of the admin’s own', () => {
      const chain = { family: 'inet', table: 'admin', name: 'out', type: 'nat', hook: 'postrouting', prio: 100 }
      const rule = (right: unknown) => ({
        ...{ family: 'inet', table: 'admin', chain: 'out' },
        expr: [
          { match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right } },
          { masquerade: null },
        ],
      })
      const state = (right: unknown) =>
        diagnose({ ...broken, nft: [...broken.nft, { ...chain, rules: [rule(right)] }] })?.state
      expect(state({ prefix: { addr: '172.17.0.0', len: 16 } })).to.equal('latent')
      expect(state({ prefix: { addr: '198.51.100.0', len: 24 } })).to.equal('active')
    })

    it('a network that the outside can answer as routed, and well', () =>
      expect(
        diagnose({
          ...broken,
          connections: ['icmp 1 29 src=172.17.0.2 dst=203.0.113.10 type=8 src=203.0.113.10 dst=172.17.0.2 type=0'],
        }),
      ).to.equal(undefined))

    it('no connection between containers, to many hosts at once, or that came from outside', () => {
      const lines = [
        'tcp 6 9 src=172.17.0.2 dst=172.17.0.3 [UNREPLIED] src=172.17.0.3 dst=172.17.0.2',
        'unknown 2 9 src=172.17.0.2 dst=224.0.0.22 [UNREPLIED] src=224.0.0.22 dst=172.17.0.2',
        'tcp 6 9 src=192.0.2.1 dst=192.0.2.2 src=172.17.0.2 dst=192.0.2.1',
      ]
      const { evidence } = diagnose({ ...broken, connections: lines })!
      expect(evidence.map(({ from }) => from)).to.not.include('conntrack -L')
    })
  })
})
