import type { Facts } from '../evidence/facts.ts'
import { inPrefix } from '../lib/ip.ts'
import type { TracedPacket } from './events.ts'
import type { Flow } from './trace.ts'

/** Whether a flow stays within a bridge that hides its frames from IP. */
export function isUnnoticed({ bridge, address }: Flow, { docker, links, sysctls }: Facts): boolean {
  const network = docker.networks.find((each) => each.bridge === bridge)
  const within = network !== undefined && network.subnet !== '' && inPrefix(address, network.subnet)
  const gateway = links.some(({ addresses }) => addresses.includes(address))
  return within && !gateway && sysctls['net.bridge.bridge-nf-call-iptables'] !== '1'
}

/** Whether such a flow's packet passed its input port: without rules for bridges, nothing sees it after that. */
export const isSeenByPortAlone = ({ steps, decisions }: TracedPacket, flow: Flow, facts: Facts): boolean =>
  isUnnoticed(flow, facts) &&
  !facts.nft.some(({ family }) => family === 'bridge') &&
  steps.every(({ family }) => family === 'netdev') &&
  steps.at(-1)?.where === 'last' &&
  !decisions.some(({ verdict = '' }) => verdict.endsWith('drop'))
