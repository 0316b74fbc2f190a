import * as z from 'zod'
import { parseRows, rows } from '../../rows.ts'

const address = z.object({
  family: z.string(),
  local: z.string().optional(),
  address: z.string().optional(),
  prefixlen: z.number().default(0),
  scope: z.string().default('global'),
  tentative: z.boolean().optional(),
  dadfailed: z.boolean().optional(),
  mngtmpaddr: z.boolean().optional(),
  protocol: z.string().optional(),
})
const device = z.object({ ifname: z.string(), addr_info: z.array(z.unknown()).default([]) })

/** An address of a link. A tentative one is not in use yet, or never will be because another machine has it. */
export interface AddressFact {
  address: string
  prefix: number
  family: 4 | 6
  scope: string
  peer?: string
  tentative?: boolean
  /** The kernel has it from a router's advertisement. */
  advertised?: boolean
}

/** The addresses of `ip -j address`, by the name of their link. Throws where the text is damaged. */
export function readAddresses(text: string): Map<string, AddressFact[]> {
  const found = new Map<string, AddressFact[]>()
  for (const { ifname, addr_info } of rows(text, device)) {
    const facts = parseRows(addr_info, address).flatMap((each) => (each.local ? factOf(each, each.local) : []))
    found.set(ifname, [...(found.get(ifname) ?? []), ...facts])
  }
  return found
}

const factOf = (row: z.output<typeof address>, local: string): AddressFact => ({
  address: local,
  prefix: row.prefixlen,
  family: row.family === 'inet6' ? 6 : 4,
  scope: row.scope,
  ...(row.address !== undefined && { peer: row.address }),
  ...((row.tentative || row.dadfailed) && { tentative: true }),
  // Older kernels list no protocol, but mark an address that they may derive temporary ones from.
  ...((row.mngtmpaddr || row.protocol === 'kernel_ra') && { advertised: true }),
})
