import { z } from 'zod'
import { all } from './docker.ts'

const link = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  flags: z.array(z.string()),
  master: z.string().optional(),
  linkinfo: z.object({ info_kind: z.string().optional() }).optional(),
})
const device = z.object({ ifname: z.string(), addr_info: z.array(z.object({ local: z.string().optional() })) })

/** A network interface of the host. */
export interface LinkFact {
  index: number
  name: string
  up: boolean
  /** The bridge it is a port of. */
  master?: string
  /** `bridge`, `veth`, …; empty for hardware. */
  kind: string
  /** IPv4 addresses. */
  addresses: string[]
}

/** A running container's own end of a link: `peer` is the index of the host's end. */
export interface ContainerLinkFact {
  container: string
  name: string
  peer: number
  up: boolean
}

/** The interfaces of `ip -j -d link`, with the addresses of `ip -j -4 address`. */
export function readLinks(links: string, addresses: string): LinkFact[] {
  const devices = all(addresses).flatMap((value) => device.array().safeParse(value).data ?? [])
  return all(links)
    .flatMap((value) => link.array().safeParse(value).data ?? [])
    .map(({ ifindex, ifname, flags, master, linkinfo }) => ({
      index: ifindex,
      name: ifname,
      up: flags.includes('UP'),
      ...(master !== undefined && { master }),
      kind: linkinfo?.info_kind ?? '',
      addresses: devices
        .filter((each) => each.ifname === ifname)
        .flatMap(({ addr_info }) => addr_info.flatMap(({ local }) => local ?? [])),
    }))
}

/** Lines like `/web link eth0 7 BROADCAST,UP`. */
export const readContainerLinks = (lines: readonly string[]): ContainerLinkFact[] =>
  lines.flatMap((line) => {
    const [, container, name, peer, flags] = line.match(/^\/(\S+) link (\S+) (\d+) (\S+)$/) ?? []
    return flags
      ? [{ container: container!, name: name!, peer: Number(peer), up: flags.split(',').includes('UP') }]
      : []
  })
