import type { Facts } from '../evidence/facts.ts'
import { isPublic } from '../lib/ip.ts'
import type { Flow } from './flow.ts'
import { fromContainer, type Member, membersBy } from './members.ts'
import { onNetwork } from './stand-in.ts'

/** An address that represents the whole internet by IPv6. */
export const anywhere6 = '2606:4700:4700::1111'

/** The running containers of each bridge network that dockerd lists, by their IPv6 addresses. */
export const members6Of = (facts: Facts): Member[] => membersBy(facts, ({ addresses6 }) => addresses6)

/** Flows by IPv6 to the outside, where the host itself has a way there, or has lost it. */
export function egress6(member: Member, facts: Facts): Flow[] {
  const { container, network } = member
  if (network.internal || (uplink6(facts) ?? ignoredUplink(facts)) === undefined) return []
  const out = (protocol: Flow['protocol'], size: Flow['size'], what: string, ought: Flow['ought']): Flow =>
    fromContainer(member, {
      kind: 'egress',
      address: anywhere6,
      port: protocol === 'icmp' ? 0 : 443,
      protocol,
      size,
      ought,
      title: `${onNetwork(container.name, network.name)} to the outside, ${what} by IPv6`,
    })
  return [
    out('tcp', 'small', 'TCP', 'pass'),
    out('tcp', 'full', 'large TCP transfers', 'pass'),
    // An administrator may let out only TCP on purpose.
    out('icmp', 'small', 'ping', 'unknown'),
  ]
}

/** The link of the host's default route by IPv6; undefined where there is none. */
export const uplink6 = ({ routes6 }: Facts): string | undefined =>
  routes6.find(({ dst, type, dev }) => dst === 'default' && type === 'unicast' && dev !== 'lo')?.dev

/** The setting by which a link takes routers' advertisements: 2 also while the host forwards, 1 only while it does not. */
export const acceptRa = (device: string): string => `net.ipv6.conf.${device}.accept_ra`

/**
 * The link whose routers' advertisements the kernel ignores because the host forwards, if the host has a public address
 * from one of them and no default route. A router that gives none of the two kinds may never have led anywhere.
 */
export const ignoredUplink = ({ links, sysctls }: Facts): string | undefined =>
  links.find(
    ({ name, ips }) =>
      ips.some(({ advertised, address }) => advertised && isPublic(address)) && ignoresAdvertisements(name, sysctls),
  )?.name

/** Whether the kernel ignores advertisements on a link. Source: linux, Documentation/networking/ip-sysctl.rst, accept_ra. */
export const ignoresAdvertisements = (device: string, sysctls: Facts['sysctls']): boolean =>
  sysctls['net.ipv6.conf.all.forwarding'] === '1' && sysctls[acceptRa(device)] === '1'
