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
