import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { freeRange, usualRange } from '../../cause/free-range.ts'
import { daemonJson, daemonSetting, restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { isFull, type Pool, poolExhausted } from '../../simulate/address-pool.ts'

/** dockerd has no subnet to give to a new network. */
export const addressPoolExhausted = defineCause({
  id: 'address-pool-exhausted',
  title: 'No subnet is left for a new Docker network',
  needs: ['docker-networks', 'docker-containers', 'docker-config', 'routes'],
  detect(facts) {
    if (!facts.docker.answers) return unknown('dockerd does not answer, so its networks are not known')
    const found = poolExhausted(facts)
    if (!found) return absent('dockerd has a subnet for a new network')
    const { message, byRoutes, routes } = found
    const unused = unusedNetworks(facts).length
    const left = unused > 0 ? `; no running container uses ${unused} of them` : ''
    const words = `Every new network fails, and docker compose up with it: ${message}${byRoutes ? '' : left}.`
    const networks = facts.docker.allNetworks.flatMap(({ name, subnets }) =>
      subnets.length > 0 ? `${name} ${subnets.join(' ')}` : [],
    )
    const evidence = [
      ...routes.map(({ dst, dev, gateway }) => ({
        from: 'ip route',
        line: `${dst}${gateway ? ` via ${gateway}` : ''} dev ${dev}`,
      })),
      ...(byRoutes ? [] : [{ from: 'docker network inspect', line: networks.join(', ') }]),
    ]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom) => symptom.kind === 'operation' && symptom.what === 'address-pool',
  remedies: {
    'prune-networks': {
      title: 'Remove the networks that no container uses',
      steps: () => ['docker network prune -f'],
      cost: 'networks of stopped containers go too; docker compose up creates its own again',
      when: (facts) => pruneHelps(facts),
    },
    'own-pools': {
      title: 'Give Docker address pools that nothing else uses',
      steps: (facts) => [setPools(freePool(facts)!), restartDocker],
      cost: 'containers restarted',
      restartsDocker: true,
      when: (facts) => readsPools(facts) && freePool(facts) !== undefined,
    },
    'routes-in-own-table': {
      title: 'Move the wide routes into a routing table of their own, which dockerd does not read',
      steps: moveRoutes,
      cost: 'until the VPN connects again, unless its client is set to do the same',
      when: (facts) => poolExhausted(facts)?.byRoutes === true && freePool(facts) === undefined,
    },
  },
  temptations: {
    'prune-unused': {
      title: 'Remove the networks that no container uses',
      steps: () => ['docker network prune -f'],
      cost: 'none',
      when: (facts) => !pruneHelps(facts),
      why: 'Routes hold the pools, so fewer networks leave no more room.',
    },
    'restart-docker': restarting({
      why: 'dockerd keeps its networks and their subnets, and the host keeps its routes.',
    }),
    'other-pools': {
      title: 'Set default-address-pools in daemon.json to another range',
      steps: () => [setPools({ base: usualRange, size }), restartDocker],
      cost: 'containers restarted',
      when: (facts) => readsPools(facts) && freePool(facts) === undefined,
      why: 'The routes reach every address and overlap any range. dockerd then may not even start.',
    },
  },
})

const size = 24

/** A range for Docker's networks that dockerd accepts, and that no other network has. */
function freePool(facts: Facts): Pool | undefined {
  const base = freeRange(facts)
  return base === undefined || isFull(facts, [{ base, size }]) ? undefined : { base, size }
}

const setPools = ({ base, size }: Pool): string =>
  daemonSetting('default-address-pools', `[{ "base": "${base}", "size": ${size} }]`)

/** Whether dockerd reads its pools from daemon.json. It does not start where its command line sets them too. */
const readsPools = ({ docker }: Facts): boolean =>
  (docker.configFile === '' || docker.configFile === daemonJson) &&
  !docker.command.some((argument) => argument.startsWith('--default-address-pool'))

/** The bridge networks that no running container uses. */
function unusedNetworks({ docker }: Facts): NetworkFact[] {
  const used = new Set(docker.containers.flatMap(({ addresses }) => Object.keys(addresses)))
  return docker.networks.filter(({ name }) => name !== 'bridge' && !used.has(name))
}

/** Whether there is room once the unused networks are gone. */
function pruneHelps(facts: Facts): boolean {
  const unused = unusedNetworks(facts)
  const isUnused = ({ name }: { name: string }): boolean => unused.some((each) => each.name === name)
  const docker = {
    ...facts.docker,
    networks: facts.docker.networks.filter((each) => !isUnused(each)),
    allNetworks: facts.docker.allNetworks.filter((each) => !isUnused(each)),
  }
  const routes = facts.routes.filter(({ dev }) => !unused.some(({ bridge }) => bridge === dev))
  return unused.length > 0 && poolExhausted({ ...facts, docker, routes }) === undefined
}

// As wg-quick does it: the main table first, without its default route, then the moved routes.
function moveRoutes(facts: Facts): string[] {
  const rules = [
    { priority: 32_100, words: 'lookup main suppress_prefixlength 0' },
    { priority: 32_101, words: 'lookup 7141' },
  ]
  const routes = poolExhausted(facts)!.routes.map(({ dst, dev, gateway }) => ({
    dst,
    words: `${dst}${gateway ? ` via ${gateway}` : ''} dev ${dev}`,
  }))
  return [
    ...routes.map(({ words }) => `ip route replace ${words} table 7141`),
    ...rules.map(
      ({ priority, words }) =>
        `[ -n "$(ip rule show priority ${priority})" ] || ip rule add priority ${priority} ${words}`,
    ),
    ...routes.map(({ dst, words }) => `[ -z "$(ip route show exact ${dst})" ] || ip route del ${words}`),
  ]
}
