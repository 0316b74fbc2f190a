import * as z from 'zod'
import { rows } from '../../rows.ts'

/** An entry of a bridge's forwarding database: behind which port a hardware address is. */
export interface FdbEntry {
  mac: string
  dev: string
  master?: string
  /** `permanent`, `static`; empty for one that was learned. */
  state: string
  flags: string[]
}

const entry = z.object({
  mac: z.string(),
  ifname: z.string().default(''),
  master: z.string().optional(),
  state: z.string().default(''),
  flags: z.array(z.string()).default([]),
})

/** The entries of `bridge -j fdb`. Throws where the text is damaged. */
export const readFdb = (text: string): FdbEntry[] =>
  rows(text, entry).map(({ mac, ifname, master, state, flags }) => ({
    mac,
    dev: ifname,
    ...(master !== undefined && { master }),
    state,
    flags,
  }))
