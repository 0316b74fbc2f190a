import * as z from 'zod'
import { rows } from '../../rows.ts'

/** An entry of the neighbour table; `state` is REACHABLE, STALE, FAILED, PERMANENT, … */
export interface Neighbour {
  address: string
  dev: string
  mac?: string
  state: string[]
  family: 4 | 6
}

const neighbour = z.object({
  dst: z.string(),
  dev: z.string().default(''),
  lladdr: z.string().optional(),
  state: z.array(z.string()).default([]),
})

/** The entries of `ip -j neigh`, of both families. Throws where the text is damaged. */
export const readNeighbours = (text: string): Neighbour[] =>
  rows(text, neighbour).map(({ dst, dev, lladdr, state }) => ({
    address: dst,
    dev,
    ...(lladdr !== undefined && { mac: lladdr }),
    state,
    family: dst.includes(':') ? 6 : 4,
  }))
