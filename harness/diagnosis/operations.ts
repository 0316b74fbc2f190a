import { hasRulesToKeep } from '../cause/docker-rules.ts'
import type { Facts } from '../evidence/facts.ts'
import { isUsedUp, poolExhausted } from '../simulate/address-pool.ts'
import type { Trouble } from './symptom.ts'

/** Operations of dockerd's that would fail now. */
export function operationTrouble(facts: Facts): Trouble[] {
  if (!facts.docker.answers) return []
  return [...addressPools(facts), ...usedUpNetworks(facts), ...missingChains(facts)]
}

function addressPools(facts: Facts): Trouble[] {
  if (facts.sections.routes?.status !== 'ok') return []
  const exhausted = poolExhausted(facts)
  if (!exhausted) return []
  const next = exhausted.byRoutes
    ? ['ip route', 'set "default-address-pools" in /etc/docker/daemon.json to a range that no route holds']
    : ['docker network ls', 'docker network prune', 'set "default-address-pools" in /etc/docker/daemon.json']
  return [{ symptom: { kind: 'operation', what: 'address-pool' }, group: operation(exhausted.message, next) }]
}

/**
 * Networks without an address for one more container, if a container did not start for that. A network with exactly as
 * many addresses as containers may be meant so.
 */
const usedUpNetworks = (facts: Facts): Trouble[] =>
  facts.docker.networks.flatMap((network) => {
    const { name, subnet, range = subnet } = network
    const words = `no available IPv4 addresses on this network's address pools: ${name} `
    const failed = facts.docker.stopped.find(({ error }) => error.includes(words))
    if (!failed || !isUsedUp(network, facts)) return []
    const message = `${range} has no address left, and ${failed.name} did not start for that`
    const more = name === 'bridge' ? '"bip" or "fixed-cidr" in /etc/docker/daemon.json' : '--subnet or --ip-range'
    const next = [`docker network inspect ${name}`, `give ${name} a larger ${more}`]
    return [{ group: { ...operation(message, next), what: `new containers on ${name}` } }]
  })

/**
 * dockerd adds the rules of a new network or published port to chains that it created when it started. If they are gone,
 * iptables fails, and the operation with it: "No chain/target/match by that name".
 */
function missingChains(facts: Facts): Trouble[] {
  const { iptables, nft, ruleset } = facts
  if (!iptables.listed || !hasRulesToKeep(facts)) return []
  const exists = (table: string): boolean =>
    ruleset.chains.some((each) => each.table === table && each.chain === 'DOCKER') ||
    nft.some((each) => each.family === 'ip' && each.table === table && each.name === 'DOCKER')
  const gone = ['filter', 'nat'].filter((table) => !exists(table))
  if (gone.length === 0) return []
  const message = `dockerd cannot add their rules: its chain DOCKER is gone from the ${gone.join(' and ')} ${gone.length > 1 ? 'tables' : 'table'}`
  const next = gone.map((table) => `iptables -t ${table} -nvL`)
  return [{ symptom: { kind: 'operation', what: 'new-network' }, group: operation(message, next) }]
}

const operation = (message: string, next: string[]): Trouble['group'] => ({
  state: 'dead',
  kind: 'operation',
  what: 'new networks',
  flows: [],
  message,
  behind: [],
  next,
})
