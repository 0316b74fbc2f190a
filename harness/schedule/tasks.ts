import { choose } from '../hosts/index.ts'
import type { Cell } from '../scenario/cell.ts'
import type { Task } from './pool.ts'
import { roomOf } from './room.ts'

/** A cell that waits for its turn: who will run it, or why nobody can. */
export interface CellTask extends Task {
  cell: Cell
  choice: Awaited<ReturnType<Choose>>
}

/** Who runs a cell, or why nobody can. */
export type Choose = typeof choose

/** A task for each cell. Providers are asked once for each kind of host; nothing boots. */
export async function tasksOf(
  cells: readonly Cell[],
  expected: ReadonlyMap<string, number>,
  { provider, choose: ask = choose }: { provider?: string; choose?: Choose },
): Promise<CellTask[]> {
  const asked = new Map<string, Promise<CellTask['choice']>>()
  const tasks: CellTask[] = []
  for (const cell of cells) {
    const kind = [cell.host, ...cell.needs.toSorted()].join(' ')
    const choice = await (asked.get(kind) ?? asked.set(kind, ask(cell, provider)).get(kind)!)
    const skipped = 'reason' in choice
    tasks.push({
      name: cell.name,
      cell,
      choice,
      expectedMs: skipped ? 0 : (expected.get(cell.name) ?? 0),
      ...(skipped ? { memory: 0, processors: 0 } : roomOf(choice.provider.name, await choice.provider.accelerator())),
    })
  }
  return tasks
}
