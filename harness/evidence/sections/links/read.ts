import * as z from 'zod'
import { rows } from '../../rows.ts'
import type { AddressFact } from '../addresses/read.ts'

const port = z.object({
  state: z.string().default(''),
  hairpin: z.boolean().default(false),
  isolated: z.boolean().default(false),
  learning: z.boolean().default(true),
  flood: z.boolean().default(true),
  bcast_flood: z.boolean().default(true),
  locked: z.boolean().default(false),
})
const data = z.object({
  id: z.number().optional(),
  vlan_filtering: z.number().optional(),
  stp_state: z.number().optional(),
  nf_call_iptables: z.number().optional(),
  nf_call_ip6tables: z.number().optional(),
})
const link = z.object({
  ifindex: z.number(),
  ifname: z.string(),
  flags: z.array(z.string()),
  mtu: z.number().default(0),
  address: z.string().default(''),
  link_type: z.string().default(''),
  master: z.string().optional(),
  link: z.string().nullish(),
  link_index: z.number().optional(),
  link_netnsid: z.number().optional(),
  xdp: z.unknown().optional(),
  qdisc: z.string().optional(),
  linkinfo: z
    .object({
      info_kind: z.string().optional(),
      info_data: z.unknown().optional(),
      info_slave_kind: z.string().optional(),
      info_slave_data: z.unknown().optional(),
    })
    .optional(),
})

/** A network interface. */
export interface LinkFact {
  index: number
  name: string
  /** The administrator set it up. `carrier` is whether it works too. */
  up: boolean
  carrier: boolean
  /** `bridge`, `veth`, …; empty for hardware. */
  kind: string
  /** The bridge, bond or VRF it is a port of. */
  master?: string
  mtu: number
  mac: string
  loopback: boolean
  /** It does not resolve neighbours. */
  noarp: boolean
  /** IPv4 addresses. */
  addresses: string[]
  ips: AddressFact[]
  /** Of a veth: the index of its other end, and the number of the network namespace that has it. */
  peerIndex?: number
  peerNamespace?: number
  /** As a port of a bridge. */
  port?: {
    state: string
    hairpin: boolean
    isolated: boolean
    learning: boolean
    flood: boolean
    /** Broadcasts from other ports, such as ARP requests, go out by it. */
    broadcasts: boolean
    /** It takes frames only from hardware addresses in the bridge's table. */
    locked: boolean
  }
  /** As a bridge. */
  bridge?: { vlanFiltering: boolean; stp: boolean; nfCallIptables: boolean; nfCallIp6tables: boolean }
  /** An XDP program sees its packets first. */
  xdp: boolean
  /** The kind of its root queue, such as `noqueue` or `netem`. */
  queue?: string
  vlan?: number
  /** The link below a VLAN or a macvlan. */
  lower?: string
}

/** The interfaces of `ip -j -d link`, with their addresses. Throws where the text is damaged. */
export function readLinks(text: string, addresses: ReadonlyMap<string, AddressFact[]>): LinkFact[] {
  const found = rows(text, link)
  const index = new Map(found.map(({ ifname, ifindex }) => [ifname, ifindex]))
  return found.map((row) => {
    const { ifname, flags, master, linkinfo, link_index, link_netnsid } = row
    const kind = linkinfo?.info_kind ?? ''
    const ips = addresses.get(ifname) ?? []
    // `ip` gives the other end of a veth in the same namespace by its name.
    const peer = link_index ?? (row.link ? index.get(row.link) : undefined)
    const info = data.safeParse(linkinfo?.info_data).data ?? {}
    return {
      index: row.ifindex,
      name: ifname,
      up: flags.includes('UP'),
      carrier: flags.includes('LOWER_UP'),
      kind,
      ...(master !== undefined && { master }),
      mtu: row.mtu,
      mac: row.address,
      loopback: flags.includes('LOOPBACK'),
      noarp: flags.includes('NOARP'),
      addresses: ips.filter(({ family }) => family === 4).map(({ address }) => address),
      ips,
      ...(kind === 'veth' && peer !== undefined && { peerIndex: peer }),
      ...(kind === 'veth' && link_netnsid !== undefined && { peerNamespace: link_netnsid }),
      ...(linkinfo?.info_slave_kind === 'bridge' && { port: portOf(linkinfo.info_slave_data) }),
      ...(kind === 'bridge' && {
        bridge: {
          vlanFiltering: info.vlan_filtering === 1,
          stp: (info.stp_state ?? 0) > 0,
          nfCallIptables: info.nf_call_iptables === 1,
          nfCallIp6tables: info.nf_call_ip6tables === 1,
        },
      }),
      xdp: row.xdp !== undefined,
      ...(row.qdisc !== undefined && { queue: row.qdisc }),
      ...(kind === 'vlan' && info.id !== undefined && { vlan: info.id }),
      ...(kind !== 'veth' && row.link && { lower: row.link }),
    }
  })
}

function portOf(value: unknown): NonNullable<LinkFact['port']> {
  const { bcast_flood, ...rest } = port.parse(value ?? {})
  return { ...rest, broadcasts: bcast_flood }
}
