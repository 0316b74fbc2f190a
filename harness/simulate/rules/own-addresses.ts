import type { LinkFact } from '../../evidence/facts.ts'
import { inPrefix } from '../../lib/ip.ts'

type Links = ReadonlyMap<string, Pick<LinkFact, 'name' | 'ips'>>

/**
 * The source address that the kernel gives to packets that leave by a device: its first address of global scope, if
 * possible of a subnet that holds the next hop; another device's where this one has none. `nextHop` is '' where the
 * route names no gateway; then the first address is used. Source: linux/net/ipv4/devinet.c, inet_select_addr.
 */
export function sourceOn(links: Links, device: string, nextHop: string, family: 4 | 6 = 4): string | undefined {
  const usable = (link: Pick<LinkFact, 'ips'> | undefined) =>
    (link?.ips ?? []).filter((ip) => ip.family === family && ip.scope === 'global')
  const own = usable(links.get(device))
  const fitting = own.find(({ address, prefix }) => inPrefix(nextHop, `${address}/${prefix}`)) ?? own[0]
  return (fitting ?? [...links.values()].flatMap(usable)[0])?.address
}

/** The first IPv4 address of a device, of any scope: the target of a redirect. */
export const firstOn = (links: Links, device: string): string | undefined =>
  links.get(device)?.ips?.find(({ family }) => family === 4)?.address
