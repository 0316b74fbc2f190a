import type { ContainerFact, Facts, NetworkFact } from '../evidence/facts.ts'

/** The running containers on a Docker network. */
export const containersOn = ({ name }: Pick<NetworkFact, 'name'>, { docker }: Pick<Facts, 'docker'>): ContainerFact[] =>
  docker.containers.filter(({ addresses }) => name in addresses)

/** The command that disconnects containers from a network, removes it, and creates it again as this one. */
export const createAgain = (
  { name, subnet, internal, options }: Pick<NetworkFact, 'name' | 'subnet' | 'internal' | 'options'>,
  users: readonly ContainerFact[],
): string =>
  [
    ...users.map((user) => `docker network disconnect -f ${name} ${user.name}`),
    `docker network rm ${name}`,
    `docker network create --subnet ${subnet}${internal ? ' --internal' : ''}${Object.entries(options)
      .map(([key, value]) => ` -o ${key}=${value}`)
      .join('')} ${name}`,
  ].join(' && ')
