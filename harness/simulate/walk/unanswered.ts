import type { Attachment, Net } from '../net.ts'
import type { Sender } from './neighbour.ts'
import type { State } from './state.ts'

/** Why nobody has an address: its container has lost it, or the sender's route has a gateway that is none. */
export function unanswered(
  { facts, homes }: Net,
  { packet }: State,
  { stack, segment }: Sender,
  nextHop: string,
): string {
  const message = `nobody on ${segment.device.name} answers for ${nextHop}`
  const given = homes.has(nextHop)
    ? facts.docker.containers.find(({ addresses }) => Object.values(addresses).includes(nextHop))
    : undefined
  if (given && !facts.containers.some(({ links }) => links.some(({ ips }) => ips.some((ip) => ip.address === nextHop))))
    return `${message}: dockerd gave it to ${given.name}, which has it no more`
  const isGateway = stack.name !== '' && packet.destination !== nextHop
  return isGateway ? `${message}, the gateway of a route of ${stack.name}’s own` : message
}

/** The link of a container of Docker's, the sender's or that of who is sought, that stands in no bridge. */
export function outsideItsBridge(
  { homes, attachments }: Net,
  { segment }: Sender,
  nextHop: string,
): string | undefined {
  const isLoose = ({ device, link }: Attachment): boolean =>
    device.master === undefined && link.ips.some(({ address }) => homes.has(address))
  const [own] = segment.bridged ? [] : segment.attachments
  if (own && isLoose(own)) return own.device.name
  if (homes.get(nextHop) !== segment.device.name) return undefined
  const sought = [...attachments.values()].filter(({ link }) => link.ips.some(({ address }) => address === nextHop))
  return sought.find(isLoose)?.device.name
}
