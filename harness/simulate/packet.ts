import type { Setting } from './flow.ts'
import type { RuleStep } from './rules/types.ts'

/** One packet with what netfilter knows of it. Immutable: a change gives a new packet. */
export interface Packet {
  family: 4 | 6
  protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'arp'
  /** Addresses; of ARP the sender's and the target's protocol address. */
  source: string
  destination: string
  /** 0 for ICMP and ARP. */
  sourcePort: number
  destinationPort: number
  /** Bytes of the IP packet. */
  length: number
  /** Bytes of the connection's packets with data, where it carries a large transfer: those follow the first two. */
  transfer?: number
  dontFragment: boolean
  /**
   * Device names, '' where the hook knows none. For bridged traffic it is the bridge; the next two fields hold its
   * ports.
   */
  input: string
  output: string
  inputPort: string
  outputPort: string
  /** '' when unknown. */
  sourceMac: string
  destinationMac: string
  /** Whether the frame in which a bridge got it was for the bridge itself; undefined where no bridge got it, or unknown. */
  forBridge?: boolean
  /** `invalid`: conntrack has seen the packet, and it belongs to no connection. `related`: it reports on one. */
  state: 'new' | 'established' | 'related' | 'invalid' | 'untracked'
  direction: 'original' | 'reply'
  /** The connection's NAT status: its destination or its source is translated. */
  dnat: boolean
  snat: boolean
  /** The connection's first packet before any translation. */
  originalSource: string
  originalDestination: string
  originalDestinationPort: number
  /** Undefined where unknown. */
  mark: number | undefined
  ctMark: number | undefined
  /** The segment size that its SYN offers, between two bounds; undefined where only what is usual is known. */
  segmentSize?: { low: number; high: number }
  /** TCP's flags. */
  flags: 'syn' | 'syn-ack' | 'ack' | ''
  /** 8 or 128 is an echo request, 0 or 129 its reply; -1 for other protocols. */
  icmpType: number
  icmpCode: number
  /** The host itself made the packet, so that one of its sockets may own it. */
  local: boolean
  /** The user of the program that sends the packet, where known. */
  user?: number
  /**
   * NAT has decided on the connection's destination or source: set at NAT hooks. NAT does not see a packet again that
   * comes back by `lo`.
   */
  destinationBound?: boolean
  sourceBound?: boolean
  /** Conntrack has seen the packet: set at hooks with priorities after conntrack's, and kept on `lo`. */
  tracked?: boolean
  /** The rule that keeps it from conntrack. */
  untrackedBy?: RuleStep
  /** Its time to live or hop limit, and the rule or setting that it has it from; undefined where it is not known. */
  life?: { left: number; by: RuleStep | Setting }
  /**
   * The zones in which conntrack searches for packets of its direction and for answers to it, and the rule that set
   * them; zone 0 where undefined.
   */
  zone?: { own: number; answers: number; by: RuleStep }
}

/** Bytes of the largest packet that a connection sends this way, as far as is known. */
export const largestPacket = ({ length, transfer = length }: Packet): number => Math.max(length, transfer)

/** The change by which a connection's packets are no larger than `size` bytes this way. */
export const limitedTo = ({ transfer }: Packet, size: number): Partial<Packet> =>
  transfer === undefined ? { length: size } : { transfer: size }

/** The family whose hooks see a packet. */
export const ipFamily = ({ family }: Pick<Packet, 'family'>): 'ip' | 'ip6' => (family === 6 ? 'ip6' : 'ip')

/** The first packet of a connection: these fields, and the usual values for all others. */
/** Whether a packet searches an IPv6 neighbour's hardware address, or answers such a search. Source: RFC 4861, 4.3, 4.4. */
export const isDiscovery = ({ protocol, icmpType }: Packet): boolean =>
  protocol === 'icmpv6' && (icmpType === 135 || icmpType === 136)

export function packetOf(fields: Partial<Packet>): Packet {
  const protocol = fields.protocol ?? 'tcp'
  return {
    family: 4,
    protocol,
    source: '',
    destination: '',
    sourcePort: protocol === 'tcp' || protocol === 'udp' ? 40000 : 0,
    destinationPort: 0,
    length: protocol === 'tcp' ? 60 : 84,
    dontFragment: protocol === 'tcp',
    input: '',
    output: '',
    inputPort: '',
    outputPort: '',
    sourceMac: '',
    destinationMac: '',
    state: 'new',
    direction: 'original',
    dnat: false,
    snat: false,
    originalSource: fields.source ?? '',
    originalDestination: fields.destination ?? '',
    originalDestinationPort: fields.destinationPort ?? 0,
    mark: 0,
    ctMark: 0,
    flags: protocol === 'tcp' ? 'syn' : '',
    icmpType: protocol === 'icmp' ? 8 : protocol === 'icmpv6' ? 128 : -1,
    icmpCode: 0,
    local: false,
    ...fields,
  }
}
