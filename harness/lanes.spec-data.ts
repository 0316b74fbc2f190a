import staleKernel from './causes/stale-kernel/index.ts'
import type { RunContext } from './cell/run-context.ts'
import { execute } from './fix/execute.ts'
import type { FakeHost } from './hosts/fake.ts'
import type { Provider } from './hosts/host.ts'
import type { Fault } from './injection/fault.ts'
import { blankRecord } from './results/blank-record.ts'
import type { CellRecord } from './results/record.ts'
import { type RunCellOptions, runStages } from './run.ts'
import { cell, probes } from './stale-cell.spec-data.ts'

/** The stages of the cell's fixes, in the scenario's order. */
export const [reboot, reinstall, depmod] = cell.fixes.map(({ use }) => `fix:${use}`) as [string, string, string]
export const fixes = [reboot, reinstall, depmod]

/** Gates by name, closed until opened. Specs order events by them, never by time, so a slow machine changes nothing. */
export class Gates {
  readonly #all = new Map<string, { opened: Promise<void>; open: () => void }>()

  open(name: string): void {
    this.#gate(name).open()
  }

  /** Resolves once all of these gates are open. */
  async opened(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.#gate(name).opened))
  }

  #gate(name: string) {
    let gate = this.#all.get(name)
    if (!gate) {
      let open!: () => void
      const opened = new Promise<void>((resolve) => {
        open = resolve
      })
      gate = { opened, open }
      this.#all.set(name, gate)
    }
    return gate
  }
}

/** The gate that opens when a fix has a broken host and its steps are due. */
export const due = (fix: string): string => `${fix} is due`
/** The gate that opens when the reader gets the stage of a fix. */
export const ended = (fix: string): string => `${fix} ended`

/** Called when the steps of a fix are due: they run once it resolves, and the fix is broken if it rejects. */
export type Before = (fix: string, gates: Gates, host: FakeHost) => Promise<void>

/** Lets fixes end in this order only. One that is not among them is free. */
export const inTurn =
  (...order: string[]): Before =>
  async (fix, gates) => {
    const previous = order[order.indexOf(fix) - 1]
    if (previous) await gates.opened(ended(previous))
  }

export interface Played {
  record: CellRecord
  /** Stages as they started, and as they ended. */
  started: string[]
  ended: string[]
  /** The most fixes that ran at once. */
  most: number
  thrown?: unknown
}

type Change = Partial<Omit<RunContext, 'execute' | 'lanes'>> & { provider: Provider; before?: Before; gates?: Gates }

/** Gives a function that runs the cell in so many lanes, with its logs in this folder; `leave` is the last stage read. */
export const playerIn =
  (logDir: string) =>
  async (
    { before, gates = new Gates(), ...change }: Change,
    lanes: number,
    { leave, ...options }: RunCellOptions & { leave?: string } = {},
  ): Promise<Played> => {
    const context: RunContext = {
      faults: { 'stale-kernel': staleKernel as Fault },
      causes: [staleKernel.cause!],
      probes,
      logDir,
      signal: new AbortController().signal,
      progress: () => {},
      lanes: () => lanes,
      execute: async (steps, shell) => {
        const fix = steps.length === 0 ? reboot : steps.join().includes('--reinstall') ? reinstall : depmod
        gates.open(due(fix))
        await before?.(fix, gates, shell as FakeHost)
        return execute(steps, shell)
      },
      ...change,
    }
    const record = blankRecord(cell, 'fake', 'none')
    const played: Played = { record, started: [], ended: [], most: 0 }
    const starts = (name: string): void => {
      played.started.push(name)
      played.most = Math.max(played.most, played.started.length - played.ended.length)
    }
    try {
      for await (const { name } of runStages(cell, context, record, { ...options, starts })) {
        played.ended.push(name)
        gates.open(ended(name))
        if (name === leave) break
      }
    } catch (error) {
      played.thrown = error
    }
    return played
  }

/** A record without what differs from run to run. */
export const timeless = (record: CellRecord): unknown =>
  JSON.parse(
    JSON.stringify(record, (key, value) =>
      ['durationMs', 'savedMs', 'bootId'].includes(key) ? undefined : (value as unknown),
    ),
  )
