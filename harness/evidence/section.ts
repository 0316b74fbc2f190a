/** `absent`: the host does not have it. `failed`: the host has it, but it could not be read. */
export type SectionStatus = 'ok' | 'absent' | 'failed' | 'timed-out'

export interface SectionState {
  status: SectionStatus
  /** Why it is not ok, in one sentence; empty where it is ok. */
  why: string
  /** How long the host took for it. Old bundles do not have this. */
  ms?: number
}

/** One section of a bundle: its state, and what the host printed. */
export interface Section extends SectionState {
  code: number
  /** Standard output. Trust it only where the status is ok. */
  text: string
  /** Standard error. */
  complaints: string
}
