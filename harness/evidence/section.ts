/** `absent`: the host has no such thing; `failed`: it has, and could not be asked or understood. */
export type SectionStatus = 'ok' | 'absent' | 'failed' | 'timed-out'

export interface SectionState {
  status: SectionStatus
  /** Why it is not ok, one sentence; empty where it is. */
  why: string
  /** How long the host took for it; not known of old bundles. */
  ms?: number
}

/** One section of a bundle: its state, and what the host printed. */
export interface Section extends SectionState {
  code: number
  /** Standard output. Only to be believed where the status is ok. */
  text: string
  /** Standard error. */
  complaints: string
}
