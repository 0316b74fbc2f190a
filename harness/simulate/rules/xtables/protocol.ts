import { own } from '../../../lib/own.ts'
import { kinds } from '../nft/kinds.ts'

const numbers: Record<string, number> = { ...kinds.protocol.symbols, 'ipv6-icmp': 58, icmp6: 58, ospf: 89 }

/** The number of a transport protocol that iptables names or numbers. Undefined where the name is not known. */
export const protocolOf = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : own(numbers, text))
