import { type Facts, readFacts } from '../../evidence/facts.ts'
import type { Flow, Walk } from '../flow.ts'
import { simulateFlows } from '../index.ts'
import { titleOf } from './flows.ts'
import { addresses, addresses6, type BaseHost, bridgeOf, containerNames, type KernelFlow, ports } from './host-spec.ts'

/** The simulator's walks of these flows on a bundle's host. */
export function simulated(bundle: string, base: BaseHost, flows: readonly KernelFlow[]): Walk[] {
  const facts = factsOf(bundle, base)
  return simulateFlows(facts, flows.map(asFlow), { isExact: true })
}

/** Such a host's facts, with what dockerd would report of it. */
export const factsOf = (bundle: string, base: BaseHost): Facts => withDocker(readFacts(bundle), base)

const networkOf = { c1: 'bridge', c2: 'bridge', c3: 'a' } as const

/** A flow in the simulator's form. */
export function asFlow(flow: KernelFlow): Flow {
  const container = flow.container as keyof typeof networkOf | ''
  const { from, address, port, protocol, size, source, kind } = flow
  return {
    kind,
    from:
      from === 'host'
        ? { at: 'host' }
        : from === 'outside'
          ? { at: 'outside', device: 'wan0' }
          : { at: 'container', container: from },
    container,
    network: container === '' ? '' : networkOf[container],
    bridge: container === '' ? '' : bridgeOf[container],
    source,
    address,
    port,
    protocol,
    size,
    ought: 'unknown',
    title: titleOf(flow),
  }
}

// No dockerd runs here, so this adds what it would report of such a host.
function withDocker(facts: Facts, base: BaseHost): Facts {
  const network = (
    name: string,
    bridge: string,
    gateway: string,
    subnet: string,
  ): Facts['docker']['networks'][number] => ({
    name,
    id: name,
    bridge,
    subnet,
    gateway,
    subnet6: '',
    gateway6: '',
    subnets: [subnet],
    ipv6: base.ipv6,
    internal: false,
    options: {},
  })
  const published = { c1: ports.first, c2: 0, c3: ports.second }
  const containers = containerNames.map((name): Facts['docker']['containers'][number] => {
    const own =
      published[name] === 0 ? [] : [{ host: '0.0.0.0', port: published[name], to: ports.web, protocol: 'tcp' }]
    return {
      name,
      id: name,
      pid: facts.containers.find(({ container }) => container === name)?.pid ?? 0,
      mode: networkOf[name],
      networkMode: networkOf[name],
      restart: 'no',
      published: own,
      requested: own,
      addresses: { [networkOf[name]]: addresses[name] },
      addresses6: base.ipv6 ? { [networkOf[name]]: addresses6[name] } : {},
      macs: {},
    }
  })
  const networks = [
    network('bridge', 'docker0', addresses.docker0, '172.17.0.0/16'),
    network('a', 'br-a', addresses.brA, '172.18.0.0/16'),
  ]
  return { ...facts, docker: { ...facts.docker, answers: true, networks, containers } }
}
