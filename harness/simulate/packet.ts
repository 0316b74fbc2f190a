import type { RuleStep } from './rules/types.ts'

/** One packet on its way, with what netfilter knows of it. Immutable: a change is a new packet. */
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
  dontFragment: boolean
  /** Device names, '' where the hook knows none. Of bridged traffic the bridge; its ports are in the next two. */
  input: string
  output: string
  inputPort: string
  outputPort: string
  /** '' when unknown. */
  sourceMac: string
  destinationMac: string
  /** `invalid`: conntrack has seen it, and takes it for part of no connection. */
  state: 'new' | 'established' | 'invalid' | 'untracked'
  direction: 'original' | 'reply'
  /** The connection's status: its destination or source is translated. */
  dnat: boolean
  snat: boolean
  /** The connection as its first packet was before any translation. */
  originalSource: string
  originalDestination: string
  originalDestinationPort: number
  /** Undefined where not known. */
  mark: number | undefined
  ctMark: number | undefined
  /** Of TCP. */
  flags: 'syn' | 'syn-ack' | 'ack' | ''
  /** 8 or 128 is an echo request, 0 or 129 its reply; -1 for other protocols. */
  icmpType: number
  /** Made by this host, so that a socket of it may own the packet. */
  local: boolean
  /** The user of the program that sends it, where that is known. */
  user?: number
  /**
   * NAT has decided on the destination or the source of this connection: set at NAT hooks. A packet that comes back by
   * `lo` is not shown to NAT again.
   */
  destinationBound?: boolean
  sourceBound?: boolean
  /** Conntrack has seen the packet: set by hooks whose priorities are behind conntrack's, kept on the way over `lo`. */
  tracked?: boolean
  /** Its time to live or hop limit, and the rule that has set it; undefined of one that is as its sender made it. */
  life?: { left: number; by: RuleStep }
  /**
   * The zones of conntrack's in which packets of its direction, and answers to it, are looked for, and the rule that has set
   * them; zone 0 where undefined.
   */
  zone?: { own: number; answers: number; by: RuleStep }
}

/** The family whose hooks see a packet. */
export const ipFamily = ({ family }: Pick<Packet, 'family'>): 'ip' | 'ip6' => (family === 6 ? 'ip6' : 'ip')

/** A first packet of a connection, of the fields given; all others as a packet out of nowhere has them. */
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
    local: false,
    ...fields,
  }
}
