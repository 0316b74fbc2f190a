import { expect } from 'chai'
import { proxyOffLoopback } from '../../causes/proxy-off-loopback/cause.ts'
import { staleDnat } from '../../causes/stale-dnat/cause.ts'
import { nextSteps } from '../../diagnosis/next-steps.ts'
import type { Facts } from '../../evidence/facts.ts'
import type { Drop } from '../flow.ts'
import { simulate } from '../index.ts'
import { healthy, withChain } from './healthy-host.spec-data.ts'

const nat = (device: string, protocol: string, right: number, dnat: object): Facts =>
  withChain({ table: 'own', type: 'nat', hook: 'prerouting', prio: -110 }, [
    { match: { op: '==', left: { meta: { key: 'iifname' } }, right: device } },
    { match: { op: '==', left: { payload: { protocol, field: 'dport' } }, right } },
    { dnat },
  ])
const outside = 'port 8080/tcp published by probe-default, from outside'
const dropOf = (facts: Facts, title: string): Drop =>
  simulate(facts).walks.find(({ flow }) => flow.title === title)!.drop!
const ours = { table: 'ip own', chain: 'main', verdict: 'translate' }

describe('a rule that misleads packets', () => {
  it('is named where it sends them to a loopback address', () => {
    const { title } = simulate(healthy).walks.find(({ flow }) => flow.kind === 'names')!.flow
    const drop = dropOf(nat('docker0', 'udp', 53, { addr: '127.0.0.1', port: 53 }), title)
    expect(drop.rule).to.include(ours)
    expect(drop.message).to.match(
      / in ip own main sends it to 127\.0\.0\.1, a loopback address, and route_localnet is 0/,
    )
    expect(nextSteps(drop, undefined, undefined)).to.deep.equal([
      'nft -a list chain ip own main',
      'sysctl net.ipv4.conf.docker0.route_localnet',
    ])
  })

  it('is not Docker’s own setting for published ports', () => {
    const rule = nat('wan0', 'tcp', 8080, { addr: '127.0.0.1', port: 8080 })
    const docker = { ...rule.docker, config: { ...rule.docker.config, 'userland-proxy': false } }
    const facts = { ...rule, docker }
    const flow = simulate(facts).walks.find(({ flow: { title } }) => title === outside)!.flow
    const drop = dropOf(facts, outside)
    expect(drop.rule).to.include(ours)
    expect(proxyOffLoopback.explains({ kind: 'flow', flow, drop, masked: false }, facts)).to.equal(false)
  })

  it('is named where it sends them to a port that the container does not serve, whatever drops them then', () => {
    const facts = nat('wan0', 'tcp', 8080, { addr: '172.17.0.2' })
    const drop = dropOf(facts, outside)
    expect(drop.because).to.include(ours)
    expect(drop.message).to.match(
      / in ip own main sends it to 172\.17\.0\.2:8080\/tcp, where nothing listens: dropped by/,
    )
    expect(staleDnat.detect(facts)).to.include({ answer: 'absent' })
  })

  it('is not to blame where it sends them to the port that the container publishes', () => {
    const { walks } = simulate(nat('wan0', 'tcp', 8080, { addr: '172.17.0.2', port: 80 }))
    expect(walks.find(({ flow }) => flow.title === outside)).to.include({ end: 'passes' })
  })
})
