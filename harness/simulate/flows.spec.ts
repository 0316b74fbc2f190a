import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import type { Facts } from '../evidence/facts.ts'
import { addressIn } from '../lib/ip.ts'
import { simulate } from './index.ts'

const host = recordedAt('causes/forward-policy-others/evidence/sick/debian12').facts

const guestsOf = (facts: Facts): string[] => [
  ...new Set(simulate(facts).walks.flatMap(({ flow }) => (flow.kind === 'forwarded' ? [flow.bridge] : []))),
]

describe('flows of other guests', () => {
  it('exist for a bridge with ports that rules masquerade', () => expect(guestsOf(host)).to.deep.equal(['virbr0']))

  it('do not exist for a bridge of Docker’s that has another name now', () => {
    const ip = host.links.find(({ name }) => name === 'virbr0')!.ips[0]!
    const subnet = `${addressIn(`${ip.address}/${ip.prefix}`, 0)}/${ip.prefix}`
    const networks = host.docker.networks.map((network) =>
      network.name === 'bridge' ? { ...network, subnet } : network,
    )
    expect(guestsOf({ ...host, docker: { ...host.docker, networks } })).to.deep.equal([])
  })
})

describe('the flow of containers on the host’s own network', () => {
  const endsOf = (facts: Facts): string[] =>
    simulate(facts).walks.flatMap(({ flow, end, drop }) =>
      flow.kind === 'host-egress' ? [`${flow.container} ${end} ${drop?.end ?? ''}`.trim()] : [],
    )
  const withHosts = (change: object): Facts => ({
    ...host,
    docker: {
      ...host.docker,
      containers: host.docker.containers.map((each) => (each.mode === 'host' ? { ...each, ...change } : each)),
    },
  })

  it('is one for all of them, by the host’s own routes', () => {
    expect(endsOf(host)).to.deep.equal(['probe-host passes'])
    expect(endsOf({ ...host, routes: host.routes.filter(({ dst }) => dst !== 'default') })).to.deep.equal([
      'probe-host dies no-route',
    ])
  })

  it('does not exist where none of them runs', () => {
    expect(endsOf(withHosts({ mode: 'none' }))).to.deep.equal([])
    expect(endsOf(withHosts({ paused: true }))).to.deep.equal([])
  })
})
