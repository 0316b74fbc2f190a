import { wordOf } from '../lib/combinations.ts'
import type { Combination } from '../lib/implicants.ts'
import type { Cell } from '../scenario/cell.ts'

/** The cell of one combination or version: the same fault under other conditions, without fixes. Nothing is asserted of it. */
export const variedCell = (
  base: Cell,
  varied: Combination,
  {
    needs,
    ...changes
  }: Pick<Cell, 'given'> & Partial<Pick<Cell, 'fault' | 'and'>> & { needs: readonly Cell['needs'][number][] },
): Cell => ({
  ...base,
  ...changes,
  name: `${base.name}+${wordOf(varied)}`,
  needs: [...new Set([...base.needs, ...needs])],
  fixes: [],
  varied: { ...varied },
})
