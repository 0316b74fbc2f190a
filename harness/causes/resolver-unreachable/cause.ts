import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { daemonSetting, restartContainers, restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { groupBy } from '../../lib/group.ts'
import { familyOf, inPrefix } from '../../lib/ip.ts'
import { oncePer } from '../../lib/once-per.ts'
import { shellQuote } from '../../lib/text.ts'
import { type Drop, type Flow, simulate } from '../../simulate/index.ts'
import { answeringServers, nothingAnswers, queriedServers } from '../../simulate/name-queries.ts'
import { embedded, hasNoServer, inferredServers, isFallback } from '../../simulate/names.ts'

/** Containers send name queries to a server that nobody has, or that does not answer; or they have no server at all. */
export const resolverUnreachable = defineCause({
  id: 'resolver-unreachable',
  title: 'Containers have no name server that answers',
  needs: ['resolver'],
  byFlows: true,
  detect(facts) {
    const lost = lostServers(facts)
    if (lost.length === 0) return absent('no name server of a container is known to be unreachable')
    const why = groupBy(lost, ({ origin }) => origin).map((each) => sentence(each, facts))
    const summary = `${why.join(' ')} ${effect(lost, facts)}`
    const certain = lost.every(({ drop }) => drop.end !== 'no-answer' || drop.address === '')
    return present({
      confidence: certain ? 'certain' : 'likely',
      active: summary,
      latent: summary,
      evidence: lost.flatMap((each) => evidenceOf(each, facts)),
    })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop, flow) => isLost(drop, flow, facts)),
  remedies: {
    'link-resolv-conf': {
      title: 'Link /etc/resolv.conf to the servers that the host’s network manager knows, and restart the containers',
      when: (facts) =>
        lostServers(facts).every(isHosts) && (isMissing(facts) || facts.resolver.upstream.some(isUsable(facts))),
      steps: () => [linkResolvConf, restartContainers],
      cost: 'containers restarted',
    },
    'other-servers': {
      title: 'Let dockerd give containers servers that answer',
      // dockerd does not start with a setting both in its file and on its command line.
      when: (facts) =>
        !isMissing(facts) &&
        working(facts).length > 0 &&
        !facts.docker.command.some((word) => word.startsWith('--dns')) &&
        lostServers(facts).every(({ origin }) => origin !== 'container'),
      restartsDocker: true,
      steps: (facts) => [
        daemonSetting('dns', JSON.stringify(working(facts))),
        restartDocker,
        ...(facts.docker.config['live-restore'] === true ? [restartContainers] : []),
      ],
      cost: 'docker and its containers restarted',
    },
    'restart-containers': {
      title: 'Restart the containers that have it: they get the servers that the host has now',
      when: (facts) => lostServers(facts).every(({ origin }) => origin === 'container') && getsOthers(facts),
      steps: (facts) => restartThose(containersOf(facts)),
      cost: 'these containers restarted',
    },
  },
  temptations: {
    'accept-queries': {
      title: 'Accept DNS in DOCKER-USER',
      steps: () => ['iptables -I DOCKER-USER -p udp --dport 53 -j ACCEPT'],
      cost: 'containers may query any server',
      why: 'No rule stops the queries: they go to a server that does not answer.',
    },
    'restart-docker': restarting({
      when: (facts) => lostServers(facts).some(({ origin }) => origin !== 'container') && !followsStub(facts),
      why: 'dockerd reads the same settings again, and gives containers the same server.',
    }),
  },
})

const managers = ['systemd/resolve', 'NetworkManager', 'resolvconf'].map((each) => `/run/${each}/resolv.conf`)
const linkResolvConf = `file=$(grep -ls '^nameserver' ${managers.join(' ')} | head -n 1)
if [ -n "$file" ]; then ln -sfn "$file" /etc/resolv.conf
else echo 'No program on this host knows a name server: write one that answers into /etc/resolv.conf' >&2; false; fi`

/** Whether a container that starts now gets servers, and none that is lost. */
const getsOthers = (facts: Facts): boolean => {
  const servers = inferredServers(facts, simulate(facts).intent).map(({ server }) => server)
  return servers.length > 0 && servers.every((server) => !lostServers(facts).some((lost) => lost.server === server))
}

/** The containers that query a lost server. */
const containersOf = (facts: Facts): string[] => [...new Set(lostFlows(facts).map(({ flow }) => flow.container))]

const restartThose = (containers: readonly string[]): string[] => {
  const names = containers.map(shellQuote).join(' ')
  const own =
    '{{.Name}} was created with --dns (in Compose: dns) {{json .HostConfig.Dns}}: create it again with a server that answers'
  return [`! docker inspect -f '${own}' ${names} | grep '\\["' >&2`, `docker restart -t 2 ${names}`]
}

type Origin = 'daemon' | 'host' | 'fallback' | 'none' | 'container'

/** A server that queries are sent to in vain; '' where there is none. */
interface Lost {
  server: string
  flow: Flow
  drop: Drop
  origin: Origin
}

/** What is wrong with servers of one origin. */
function sentence(lost: readonly Lost[], facts: Facts): string {
  const { resolver, sections } = facts
  const [{ origin, flow }] = lost as [Lost]
  const why = isMissing(facts)
    ? `${sections.resolver?.why}`
    : `the host’s ${resolver.file} names no server that containers can use`
  if (origin === 'none')
    return `Docker’s resolver in containers of user networks has no name server to query, because ${why}.`
  const which = {
    daemon: `which dockerd is configured to give to containers: ${simulate(facts).intent.settings.dns}`,
    host: `which the host’s ${resolver.file} names`,
    fallback: `which dockerd chose itself, because ${why}`,
    container: `which ${flow.container} got when it started`,
  }[origin]
  const servers = lost.map(({ server }) => server).join(' and ')
  const one = lost.length > 1 ? 'servers' : 'server'
  if (lost.every(({ drop }) => drop.end === 'no-listener'))
    return `No program listens at the name ${one} ${servers} (${holderOf(lost[0]!)}), ${which}.`
  if (lost[0]!.drop.location === 'input')
    return `No answer comes from the name ${one} ${servers} (${holderOf(lost[0]!)}), ${which}.`
  return lost.every(({ drop }) => isRefused(drop))
    ? `The host refuses to send to the name ${one} ${servers} (${lost[0]!.drop.setting!.value} ${lost[0]!.drop.setting!.name.split(' ')[2]}), ${which}.`
    : `Nobody answers at the name ${one} ${servers}, ${which}.`
}

/**
 * Whether dockerd may find the servers behind systemd-resolved’s stub when it starts again: it chooses between the host’s
 * file and that of systemd-resolved only then. Source: moby `daemon/libnetwork/resolvconf`.
 */
const followsStub = ({ resolver }: Facts): boolean =>
  resolver.nameservers.includes('127.0.0.53') && resolver.upstream.length > 0

/** What containers notice. */
function effect(lost: readonly Lost[], facts: Facts): string {
  const containers = new Set(lost.map(({ flow }) => flow.container))
  const others = simulate(facts).walks.flatMap(({ flow, end }) =>
    flow.kind === 'names' && end === 'passes' && containers.has(flow.container) ? flow : [],
  )
  const names = [...new Set(others.map(({ address }) => address))].join(' and ')
  const none = 'Containers reach addresses, but find none by name'
  if (![...containers].every((name) => others.some(({ container }) => container === name))) return `${none}.`
  return others.every(({ address }) => queriedServers(facts).get(address)?.answeredTo.length)
    ? `Lookups wait for an answer from there before they go to ${names}: they are slow, or fail.`
    : `${none}, unless ${names} answers.`
}

const holderOf = ({ server, drop }: Lost): string =>
  drop.location === 'input'
    ? 'an address of the host'
    : inPrefix(server, '127.0.0.0/8')
      ? 'the container itself'
      : 'an address of another container'

const isMissing = ({ sections }: Facts): boolean => sections.resolver?.status === 'absent'

const lostFlows = oncePer((facts: Facts) => droppedFlows(facts, (drop, flow) => isLost(drop, flow, facts)))

/** The servers that containers query in vain, each once. */
const lostServers = oncePer((facts: Facts): Lost[] => {
  return [...new Map(lostFlows(facts).map(({ flow, drop }) => [flow.address, { flow, drop }])).values()]
    .map(({ flow, drop }) => ({ server: flow.address, flow, drop, origin: originOf(flow.address, facts) }))
    .sort((a, b) => (a.server < b.server ? -1 : 1))
})

function isLost(drop: Drop, { kind, address, container }: Flow, facts: Facts): boolean {
  const { end, rule, way, neighbour, location } = drop
  if (kind !== 'names' || rule || way !== 'out') return false
  // If it is the host's own server that a route refuses, the route is what is wrong.
  if (isRefused(drop)) return simulate(facts).intent.dns.includes(address)
  // A gateway that does not answer is more than a lost name server.
  if (end === 'no-neighbour')
    return location === 'uplink' && neighbour?.address === address && !isGateway(address, facts)
  // The host or a container has the address, and no name server runs there. A loopback address is the container's own,
  // or the host's where dockerd sends the query for it. Docker's own resolver is there unless something broke it.
  if (end === 'no-listener') return ['input', 'container'].includes(location) && drop.address !== embedded
  if (location === 'outside' && nothingAnswers(facts)) return false
  return end === 'no-answer' && (address !== '' || isWithoutServers(facts, container))
}

/** Whether dockerd found no server for a container. Its own resolv.conf may name none for another reason. */
const isWithoutServers = (facts: Facts, container: string): boolean =>
  facts.containers.some((own) => own.container === container && hasNoServer(own)) ||
  facts.resolver.nameservers.length === 0

/** Whether a route of the host’s refuses the server’s addresses. A routing rule or a missing default route stops more. */
const isRefused = ({ end, location, setting, policy }: Drop): boolean =>
  end === 'no-route' && location === 'routing' && !policy && !!setting && !/^ip route default\b/.test(setting.name)

const isGateway = (address: string, { routes }: Facts): boolean => routes.some(({ gateway }) => gateway === address)

function originOf(server: string, facts: Facts): Origin {
  const { intent } = simulate(facts)
  if (server === '') return 'none'
  if (intent.dns.includes(server)) return 'daemon'
  if (isFallback(server, facts, intent)) return 'fallback'
  const { nameservers, upstream } = facts.resolver
  return [...nameservers, ...upstream].includes(server) ? 'host' : 'container'
}

const isHosts = ({ origin }: Lost): boolean => origin !== 'daemon' && origin !== 'container'

/** The servers that are known and not lost, for containers. */
const working = (facts: Facts): string[] => {
  const { nameservers, upstream } = facts.resolver
  return [...new Set([...nameservers, ...upstream, ...answeringServers(facts)])].filter(isUsable(facts)).slice(0, 3)
}

const isUsable =
  (facts: Facts) =>
  (server: string): boolean =>
    familyOf(server) === 4 &&
    !inPrefix(server, '127.0.0.0/8') &&
    !lostServers(facts).some((lost) => lost.server === server)

function evidenceOf({ server, flow }: Lost, facts: Facts): Evidence[] {
  const own = facts.containers.find(({ container }) => container === flow.container)?.resolver
  const shown = [
    ...(own?.nameservers ?? []).map((each) => `nameserver ${each}`),
    ...(own?.comments ?? []).filter((line) => /ExtServers|NO EXTERNAL|default nameservers/.test(line)),
  ]
  const { waiting = [] } = queriedServers(facts).get(server) ?? {}
  const query = waiting.find(({ source }) => source === flow.source || flow.from.at === 'host')?.line
  const neighbour = facts.neighbours.find((each) => each.address === server)
  return [
    ...shown.map((line) => ({ from: `/etc/resolv.conf in ${flow.container}`, line })),
    ...(query ? [{ from: 'conntrack -L', line: query }] : []),
    ...(neighbour ? [{ from: 'ip neigh', line: `${server} dev ${neighbour.dev} ${neighbour.state.join(' ')}` }] : []),
  ]
}
