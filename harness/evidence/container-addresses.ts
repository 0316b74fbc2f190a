import type { ContainerFact } from './facts.ts'

/** The addresses of a container on its networks, of both families. */
export const containerAddresses = ({
  addresses,
  addresses6,
}: Pick<ContainerFact, 'addresses' | 'addresses6'>): string[] => [
  ...Object.values(addresses),
  ...Object.values(addresses6),
]
