import type { Attachment, Net } from '../net.ts'
import type { Sender } from './sender.ts'
import type { State } from './state.ts'

/** Why nothing has an address: its container has lost it, or the gateway in the sender's route is wrong. */
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
    return `${message}: dockerd gave it to ${given.name}, which no longer has it`
  const isGateway = stack.name !== '' && packet.destination !== nextHop
  return isGateway ? `${message}, the gateway in a route of ${stack.name}` : message
}

/** The link of a Docker container, sender or intended receiver, that is outside all bridges. */
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
