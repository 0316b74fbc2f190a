import type { Drop, Walk } from './flow.ts'
import type { Doubt } from './rules/index.ts'

/** A walk whose end is not known, because of a doubt. `drop`: where it may end. */
export const doubted = ({ flow, path }: Walk, doubt: Doubt, drop?: Drop): Walk => ({
  flow,
  end: 'unclear',
  ...(drop && { drop }),
  masked: [],
  doubts: [doubt],
  path,
})
