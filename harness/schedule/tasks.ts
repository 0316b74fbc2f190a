import { choose } from '../hosts/index.ts'
import type { Cell } from '../scenario/cell.ts'
import type { Task } from './pool.ts'
import { roomOf } from './room.ts'

/** A waiting cell: the provider that will run it, or why none can. */
export interface CellTask extends Task {
  cell: Cell
  choice: Awaited<ReturnType<Choose>>
}

/** Chooses the provider for a cell; else gives the reason why none can run it. */
export type Choose = typeof choose

/** A task for each cell. Chooses a provider once for each kind of host; nothing boots. */
export async function tasksOf(
  cells: readonly Cell[],
  expected: ReadonlyMap<string, number>,
  { provider, choose: chooseProvider = choose }: { provider?: string; choose?: Choose },
): Promise<CellTask[]> {
  const choices = new Map<string, Promise<CellTask['choice']>>()
  const tasks: CellTask[] = []
  for (const cell of cells) {
    const kind = [cell.host, ...cell.needs.toSorted()].join(' ')
    const choice = await (choices.get(kind) ?? choices.set(kind, chooseProvider(cell, provider)).get(kind)!)
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
