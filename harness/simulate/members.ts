import { containerAddresses } from '../evidence/container-addresses.ts'
import type { ContainerFact, Facts, NetworkFact } from '../evidence/facts.ts'
import type { Flow } from './flow.ts'

/** An address that represents the whole internet. */
export const anywhere = '1.1.1.1'

/** A container on a bridge network, by one of its addresses there. */
export interface Member {
  container: ContainerFact
  network: NetworkFact
  address: string
}

/** Whether a flow is about a container, or goes to one of its addresses. */
export const isEndOf = (container: ContainerFact, { container: name, address }: Flow): boolean =>
  container.name === name || containerAddresses(container).includes(address)

/** The running containers of each bridge network that dockerd lists, by their IPv4 addresses. */
export const membersOf = (facts: Facts): Member[] => membersBy(facts, ({ addresses }) => addresses)

/** The same by the addresses that `of` gives for each network. */
export function membersBy({ docker }: Facts, of: (container: ContainerFact) => Record<string, string>): Member[] {
  const networks = new Map(docker.networks.map((network) => [network.name, network]))
  return docker.containers.flatMap((container) =>
    Object.entries(of(container)).flatMap(([name, address]) => {
      const network = networks.get(name)
      return network && address ? [{ container, network, address }] : []
    }),
  )
}

/** A flow from a container, from the fields that differ. */
export function fromContainer(
  { container, network, address }: Member,
  rest: Pick<Flow, 'kind' | 'address' | 'title'> & Partial<Flow>,
): Flow {
  return {
    from: { at: 'container', container: container.name },
    container: container.name,
    network: network.name,
    bridge: network.bridge,
    source: address,
    port: 0,
    protocol: 'tcp',
    size: 'small',
    ought: 'pass',
    ...rest,
  }
}
