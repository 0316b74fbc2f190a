import * as z from 'zod'
import { rows } from '../../rows.ts'

/** A rule of routing policy (`ip rule`). A field that is not set matches every packet. */
export interface PolicyRule {
  priority: number
  not: boolean
  /** CIDR. */
  src?: string
  dst?: string
  iif?: string
  oif?: string
  fwmark?: number
  fwmask?: number
  tos?: string
  ipproto?: string
  sport?: string
  dport?: string
  uidrange?: string
  table?: string
  action: 'lookup' | 'blackhole' | 'unreachable' | 'prohibit' | 'nop' | 'goto' | 'unknown'
  goto?: number
  suppressPrefixLength?: number
  suppressIfGroup?: string
  l3mdev?: boolean
  /** Attributes that this reader does not know. */
  unknown: string[]
}

const text = z.union([z.string(), z.number().transform(String)])
const number = z.union([z.number(), z.string().transform(Number)])
const rule = z.looseObject({
  priority: z.number().default(0),
  src: z.string().default('all'),
  srclen: z.number().optional(),
  dst: z.string().default('all'),
  dstlen: z.number().optional(),
  iif: z.string().optional(),
  oif: z.string().optional(),
  fwmark: number.optional(),
  fwmask: number.optional(),
  tos: text.optional(),
  ipproto: text.optional(),
  sport: text.optional(),
  sport_start: number.optional(),
  sport_end: number.optional(),
  dport: text.optional(),
  dport_start: number.optional(),
  dport_end: number.optional(),
  uid_start: number.optional(),
  uid_end: number.optional(),
  table: text.optional(),
  action: z.string().optional(),
  to_tbl: z.string().optional(),
  goto: text.optional(),
  suppress_prefixlen: number.optional(),
  suppress_ifgroup: text.optional(),
})
// `proto` only names the program that made the rule. A detached device does not exist, so the rule matches nothing.
const known = [...Object.keys(rule.shape), 'not', 'nop', 'l3mdev', 'proto', 'protocol', 'iif_detached', 'oif_detached']

/** Reads the rules of `ip -j rule` of one family, in the kernel's order. Throws where the text is damaged. */
export const readPolicyRules = (listing: string): PolicyRule[] =>
  rows(listing, rule).map((row) => {
    const { priority, iif, oif, fwmark, fwmask, tos, ipproto, table } = row
    const found: PolicyRule = {
      priority,
      not: 'not' in row,
      action: actionOf(row),
      unknown: Object.keys(row).filter((key) => !known.includes(key) && !isWholeMask(key, row[key])),
    }
    const src = prefixOf(row.src, row.srclen)
    const dst = prefixOf(row.dst, row.dstlen)
    const sport = row.sport ?? rangeOf(row.sport_start, row.sport_end)
    const dport = row.dport ?? rangeOf(row.dport_start, row.dport_end)
    const uidrange = rangeOf(row.uid_start, row.uid_end)
    Object.assign(
      found,
      Object.fromEntries(
        Object.entries({ src, dst, iif, oif, fwmark, fwmask, tos, ipproto, sport, dport, uidrange, table }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
    )
    if (row.goto !== undefined) found.goto = Number(row.goto)
    if (row.suppress_prefixlen !== undefined) found.suppressPrefixLength = row.suppress_prefixlen
    if (row.suppress_ifgroup !== undefined) found.suppressIfGroup = row.suppress_ifgroup
    if ('l3mdev' in row) found.l3mdev = true
    return found
  })

// iproute2 6.15 prints the mask of a port, also where it is the whole port.
const isWholeMask = (key: string, value: unknown): boolean => /^[sd]port_mask$/.test(key) && Number(value) === 0xffff

const prefixOf = (address: string, length: number | undefined): string | undefined =>
  address === 'all' ? undefined : length === undefined ? address : `${address}/${length}`

const rangeOf = (start: number | undefined, end: number | undefined): string | undefined =>
  start === undefined ? undefined : end === undefined || end === start ? `${start}` : `${start}-${end}`

function actionOf(row: z.output<typeof rule>): PolicyRule['action'] {
  const word = row.action ?? row.to_tbl
  if (word === 'blackhole' || word === 'unreachable' || word === 'prohibit') return word
  if (row.goto !== undefined) return 'goto'
  if ('nop' in row) return 'nop'
  return word === undefined && (row.table !== undefined || 'l3mdev' in row) ? 'lookup' : 'unknown'
}
