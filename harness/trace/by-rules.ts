import { egressOf } from '../evidence/connection.ts'
import type { Facts } from '../evidence/facts.ts'
import { blame, buildTrace, death, type Ending, type Mark, told } from './build.ts'
import { decide, type Leg, type PaperHop } from './paper.ts'
import { linkObstacle, routing } from './surroundings.ts'
import type { Flow, Hook, Hop, Station, Trace } from './trace.ts'

/** Follows a packet on paper, by a host's links, routes and rules: for a host that is not there, or must not be touched. */
export function traceByRules(flow: Flow, facts: Facts): Trace {
  const marks: Mark[] = []
  const doubts: PaperHop[] = []
  const end = (ending: Ending): Trace => buildTrace(flow, 'rules', marks, ending)
  /** Notes a place; gives the hop that ends the packet there, if one does. */
  const pass = (way: Station['way'], place: Station['place'] & Hook, leg: Leg): Hop | undefined => {
    const decided = decide(place, leg, flow, facts)
    doubts.push(...decided.filter(({ verdict }) => verdict === 'unknown'))
    const hops = decided.filter((hop): hop is Hop => hop.verdict !== 'unknown')
    const killer = hops.find(({ verdict }) => verdict === 'drop' || verdict === 'reject')
    marks.push({ way, place, hops, says: killer ? blame(killer) : told(hops) })
    return killer
  }
  const dies = (killer: Hop, whose?: string): Trace => end(death(killer, whose))

  marks.push({ way: 'out', place: 'container', says: `${flow.container} at ${flow.source}` })
  const link = linkObstacle(flow, facts)
  marks.push({ way: 'out', place: 'bridge', says: link?.says ?? `${flow.bridge} is up` })
  if (link) return end({ end: link.end, summary: link.says })

  const leg: Leg = { way: 'out', input: flow.bridge, output: '', seenAs: flow.source }
  const early = pass('out', 'prerouting', leg)
  if (early) return dies(early)
  const { device, obstacle, says } = routing(flow, facts)
  marks.push({ way: 'out', place: 'routing', says })
  if (obstacle) return end({ end: obstacle.end, summary: obstacle.says })
  if (device === 'lo') {
    const refused = pass('out', 'input', leg)
    return refused ? dies(refused) : end(outcome(doubts, facts, 'nothing on this host stops it'))
  }
  leg.output = device
  const forward = pass('out', 'forward', leg)
  if (forward) return dies(forward)
  const late = pass('out', 'postrouting', leg)
  if (late) return dies(late)
  const translated = marks.at(-1)!.hops!.some(({ verdict }) => verdict === 'translate')
  if (!translated) {
    const mark = marks.at(-1)!
    mark.says = `it leaves with the container’s own address, ${flow.source}`
    const told = wanted(flow, facts)
    if (told) return end({ end: 'unclear', summary: `${mark.says}: ${told}` })
    return end({
      end: 'unmasqueraded',
      summary: `no rule masquerades ${flow.network}: ${mark.says}, and no answer finds the way back`,
    })
  }
  const uplink = facts.links.find(({ name }) => name === device)
  marks.push({ way: 'out', place: 'uplink', says: device })
  marks.push({ way: 'out', place: 'outside', says: 'not seen on paper', unknown: true })
  const home: Leg = { way: 'back', input: device, output: flow.bridge, seenAs: uplink?.addresses[0] ?? '' }
  for (const hook of ['prerouting', 'forward'] as const) {
    const killer = pass('back', hook, home)
    if (killer) return dies(killer, 'the answer')
    if (hook === 'prerouting')
      marks.push({ way: 'back', place: 'routing', says: `to ${flow.source} by ${flow.bridge}` })
  }
  marks.push({ way: 'back', place: 'container', says: flow.container })
  return end(outcome(doubts, facts, 'nothing on this host stops the packet or its answer'))
}

function outcome(doubts: readonly PaperHop[], { routingPolicy, iptables }: Facts, well: string): Ending {
  const [doubt] = doubts
  if (!iptables.listed) return { end: 'unclear', summary: 'the rules could not be listed' }
  if (doubt)
    return {
      end: 'unclear',
      summary: `it may be stopped by “${doubt.rule}” in ${doubt.table} ${doubt.chain}: that depends on more than the rules tell`,
    }
  if (routingPolicy)
    return {
      end: 'unclear',
      summary: 'the host has routing rules of its own (ip rule), which are not followed on paper',
    }
  return { end: 'passes', summary: well }
}

/** Why a packet may leave with a container's own address. */
function wanted(flow: Flow, facts: Facts): string | undefined {
  const { network } = flow
  const own = facts.docker.networks.find(({ name }) => name === network)
  const answered = egressOf({ name: network }, facts).some((each) => each.source === each.replyTo && each.answered)
  if (answered) return 'answers to it have been seen, so the way back is known'
  if (own?.options['com.docker.network.bridge.enable_ip_masquerade'] === 'false' && network !== 'bridge')
    return 'the network was made so, for an outside that knows the way back'
  return undefined
}
