import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { filteredContainer, filteredQuery } from './cgroup-filters.ts'
import { unlessForgotten } from './connection-lifetimes.ts'
import type { Flow, Walk } from './flow.ts'
import { flowsOf } from './flows.ts'
import { type Intent, readIntent } from './intent.ts'
import { membersOf } from './members.ts'
import { withoutAnswer, withoutNeedless } from './name-queries.ts'
import { unlessInferred } from './names.ts'
import { buildNet, type Net, netOf } from './net.ts'
import { queriesToNobody } from './queries-to-nobody.ts'
import { withStandIns } from './stand-in.ts'
import { unlessStarting } from './starting.ts'
import { walk } from './walk/index.ts'
import { walkAll } from './walks.ts'

export type { Drop, Flow, FlowKind, PathStep, Setting, Walk } from './flow.ts'
export type { Intent } from './intent.ts'
export type { Net } from './net.ts'
export { buildNet } from './net.ts'
export type { Doubt } from './rules/index.ts'
export { standIn } from './stand-in.ts'
export { walk } from './walk/index.ts'

/** The paths of a host's packets, computed from its evidence. */
export interface Simulation {
  intent: Intent
  net: Net
  walks: Walk[]
}

// What is known beside a packet’s path, in this order.
const amendments = [filteredContainer, filteredQuery, withoutAnswer, unlessInferred, unlessForgotten, unlessStarting]

/** Simulates every flow that the host should serve or prevent. Computed once for each host: causes read it too. */
export const simulate = oncePer((facts: Facts): Simulation => {
  const intent = readIntent(facts)
  // A network without containers is judged by what a container on it would meet.
  const net = netOf(withStandIns(facts))
  const walks = walkAll(flowsOf(net.facts, intent), net).map((each) =>
    amendments.reduce((amended, amend) => amend(amended, facts), each),
  )
  return { intent, net, walks: [...withoutNeedless(walks), ...queriesToNobody(membersOf(facts), facts)] }
})

/** Simulates these flows on a host. */
export const simulateFlows = (
  facts: Facts,
  flows: readonly Flow[],
  options?: Parameters<typeof buildNet>[1],
): Walk[] => {
  const net = options ? buildNet(facts, options) : netOf(facts)
  return flows.map((flow) => walk(flow, net))
}
