import { expect } from 'chai'
import { closingRules } from '../../cause/settings.ts'
import { examinationOf, findingOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts, Rule } from '../../evidence/facts.ts'
import { parseIptablesSave } from '../../evidence/iptables-save.ts'
import { bundlesOf, recordedAt } from '../bundles.spec-data.ts'
import { masqueradeOff } from './cause.ts'

const { own, sick } = bundlesOf('masquerade-off')
const find = findingOf('masquerade-off')

const option = 'com.docker.network.bridge.enable_ip_masquerade'
const withDocker = (facts: Facts, docker: Partial<Facts['docker']>): Facts => ({
  ...facts,
  docker: { ...facts.docker, ...docker },
})
// iptables-nft keeps these tables, so both listings hold them.
const withoutNat = ({ nft }: Facts): Facts['nft'] =>
  nft.filter(({ family, table }) => family !== 'ip' || table !== 'nat')
const isPostrouting = ({ table, chain }: Rule): boolean => table === 'nat' && chain === 'POSTROUTING'
const postrouting = ({ xtables }: Facts): string[] => xtables.nft.rules.filter(isPostrouting).map(({ text }) => text)
const withRules = (facts: Facts, rules: readonly string[]): Facts => {
  const { nft } = facts.xtables
  const own = [...nft.rules.filter((rule) => !isPostrouting(rule)), ...parseIptablesSave(['*nat', ...rules]).rules]
  return { ...facts, xtables: { ...facts.xtables, nft: { ...nft, rules: own } }, nft: withoutNat(facts) }
}
const withRule = (facts: Facts, rule: string): Facts => withRules(facts, [...postrouting(facts), rule])

describe('masquerade off', () => {
  describe('is named', () => {
    for (const [name, facts] of sick) {
      const state = /written|hand-made/.test(name) ? 'latent' : 'active'
      it(`${state} on ${name}`, () => expect(find(facts)).to.include({ confidence: 'certain', state }))
    }
  })

  it('is named where a network is left unmasqueraded and Docker drops its answers, though no packet has been sent', () => {
    const { facts } = recordedAt('field/evidence/sick/network-unmasqueraded')
    const rules = closingRules(facts.docker.networks.find(({ name }) => name === 'plain')!, facts)
    expect(rules).to.have.length(1)
    expect(find(facts)!.evidence).to.deep.include({ from: 'iptables-save -t raw', line: rules[0] })
    const { xtables } = facts
    const nft = { ...xtables.nft, rules: xtables.nft.rules.filter(({ text }) => text !== rules[0]) }
    expect(find({ ...facts, xtables: { ...xtables, nft } })).to.equal(undefined)
  })

  describe('stands on', () => {
    const evidenceOf = (name: string) => find(own(`sick/${name}`))!.evidence.map(({ from }) => from)

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
      expect(find(own('sick/debian13-live-restore-corrected'))!.summary).to.contain('running network keeps it')
    })

    it('the copy of its rule that masquerades in Docker’s place', () => {
      const { evidence, summary } = find(own('sick/debian12-hand-made-masquerade'))!
      expect(evidence.at(-1)!.line).to.equal('-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE')
      expect(summary).to.contain('until the next flush or reboot')
    })
  })

  describe('judges', () => {
    const healthy = own('well/debian12-healthy')
    const broken = own('sick/debian12-daemon-json')

    it('every spelling of false that Go accepts', () => {
      for (const word of ['--ip-masq=false', '--ip-masq=0', '--ip-masq=f', '--ip-masq=F', '--ip-masq=FALSE'])
        expect(find(withDocker(healthy, { command: ['dockerd', word] })), word).to.include({ state: 'latent' })
      for (const word of ['--ip-masq=true', '--ip-masq', '--ip6tables=false', '--ip-masq=no', '--no-ip-masq=false'])
        expect(find(withDocker(healthy, { command: ['dockerd', word] })), word).to.equal(undefined)
    })

    it('the setting ahead of a dockerd that does not run, whatever keeps it down', () => {
      const unit = healthy.units['docker.service']!
      const units = { ...healthy.units, 'docker.service': { ...unit, active: 'failed' } }
      const config = { 'ip-masq': false }
      const down = withDocker({ ...healthy, units }, { server: '', answers: false, command: [], networks: [], config })
      expect(find(down)).to.include({ state: 'latent' })
      expect(find(down)!.summary).to.contain('is not running')
      expect(find(withDocker(down, { config: {} }))).to.equal(undefined)
      expect(find({ ...down, units: { 'docker.service': { ...unit, load: 'not-found' } } })).to.equal(undefined)
    })

    it('a network made so by hand only where it is seen to fail', () => {
      const networks = healthy.docker.networks.map((network) =>
        network.name === 'probe-a' ? { ...network, options: { ...network.options, [option]: 'false' } } : network,
      )
      const others = postrouting(healthy).filter((rule) => !rule.includes('-s 172.30.1.0/24 '))
      expect(others).to.have.length(postrouting(healthy).length - 1)
      const facts = withRules(withDocker(healthy, { networks }), others)
      expect(find(facts)).to.equal(undefined)
      const lost =
        'udp 17 25 src=172.30.1.10 dst=203.0.113.10 sport=1 dport=7 [UNREPLIED] src=203.0.113.10 dst=172.30.1.10'
      const failing = { ...facts, connections: [lost] }
      const { summary } = find(failing)!
      expect(summary).to.contain('probe-a (172.30.1.0/24)').and.contain(`-o ${option}=false`)
      expect(summary).to.not.contain('files')
      // dockerd's own setting does not matter to it, so neither does what people do about that.
      const offered = { ...masqueradeOff.remedies, ...masqueradeOff.temptations }
      const of = (host: Facts) => Object.keys(offered).filter((id) => offered[id]!.when?.(host) ?? true)
      expect(of(failing)).to.deep.equal(['ip-forward-1', 'dns'])
      expect(of(broken)).to.include.members(['remove-setting', 'restart-docker', 'hand-made-masquerade'])
    })

    describe('the host’s own masquerading', () => {
      // The state on a host whose dockerd is set not to masquerade.
      const stateWith = (rule: string) => find(withRule(broken, rule))?.state
      const copy = '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'

      it('as latent where a copy of Docker’s own rule does it', () => expect(stateWith(copy)).to.equal('latent'))

      // Similar to Docker's own but not the same, so somebody wrote it. own-masquerade.spec.ts has other ways.
      for (const rule of [
        '-A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE',
        '-A POSTROUTING -s 172.17.0.0/16 -o wan0 -j MASQUERADE',
        '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -m comment --comment mine -j MASQUERADE',
        '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j SNAT --to-source 192.0.2.2',
        '-A POSTROUTING ! -o docker0 -j MASQUERADE --random',
      ])
        it(`as intended where it is ${rule}`, () => {
          const { findings, ruledOut, verdict } = examinationOf(withRule(broken, rule))
          expect({ findings, verdict }).to.deep.equal({ findings: [], verdict: 'healthy' })
          const { found } = ruledOut.find(({ cause }) => cause === 'masquerade-off')!
          expect(found).to.contain('masqueraded by the host’s own rules')
        })

      for (const rule of [
        '-A POSTROUTING -s 172.17.0.2/32 -d 172.17.0.2/32 -j MASQUERADE',
        '-A POSTROUTING -o docker0 -m addrtype --src-type LOCAL -j MASQUERADE',
        '-A POSTROUTING ! -s 172.17.0.0/16 -j MASQUERADE',
      ])
        it(`as none where it is ${rule}`, () => expect(stateWith(rule)).to.equal('active'))

      it('and nftables rules of the admin’s own as well', () => {
        const chain = { family: 'inet', table: 'admin', name: 'out', type: 'nat', hook: 'postrouting', prio: 100 }
        const rule = (right: unknown) => ({
          ...{ family: 'inet', table: 'admin', chain: 'out' },
          expr: [
            { match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right } },
            { masquerade: null },
          ],
        })
        const with_ = (right: unknown) =>
          examinationOf({ ...broken, nft: [...broken.nft, { ...chain, rules: [rule(right)] }] })
        const own = with_({ prefix: { addr: '172.17.0.0', len: 16 } })
        expect({ findings: own.findings, verdict: own.verdict }).to.deep.equal({ findings: [], verdict: 'healthy' })
        const other = with_({ prefix: { addr: '198.51.100.0', len: 24 } })
        expect(other.findings.map(({ cause, state }) => [cause, state])).to.deep.equal([['masquerade-off', 'active']])
      })
    })

    it('a network that the outside answers as routed, which is no fault', () =>
      expect(
        find({
          ...broken,
          connections: ['icmp 1 29 src=172.17.0.2 dst=203.0.113.10 type=8 src=203.0.113.10 dst=172.17.0.2 type=0'],
        }),
      ).to.equal(undefined))

    it('no connection between containers, to multicast, or from outside', () => {
      const lines = [
        'tcp 6 9 src=172.17.0.2 dst=172.17.0.3 [UNREPLIED] src=172.17.0.3 dst=172.17.0.2',
        'unknown 2 9 src=172.17.0.2 dst=224.0.0.22 [UNREPLIED] src=224.0.0.22 dst=172.17.0.2',
        'tcp 6 9 src=192.0.2.1 dst=192.0.2.2 src=172.17.0.2 dst=192.0.2.1',
      ]
      const { evidence } = find({ ...broken, connections: lines })!
      expect(evidence.map(({ from }) => from)).to.not.include('conntrack -L')
    })
  })
})
