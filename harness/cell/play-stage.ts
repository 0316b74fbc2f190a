import { kernelFailure } from '../hosts/guest/kernel-failure.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import type { StageRecord } from '../results/record.ts'
import type { CellRun } from './cell-run.ts'

/** The work of one stage. */
export type StageWork = (cellRun: CellRun, stage: StageRecord) => Promise<void>

/** Runs one stage and gives its record. An error makes the stage broken. Rejects only when the run is interrupted. */
export async function playStage(name: string, cellRun: CellRun, work: StageWork): Promise<StageRecord> {
  const started = performance.now()
  const stage: StageRecord = { name, verdict: 'passed', durationMs: 0, summary: '', mismatches: [] }
  cellRun.stage = name
  try {
    await interruptible(cellRun, work(cellRun, stage))
    if (stage.mismatches.length > 0) await judge(stage, cellRun)
  } catch (error) {
    if (cellRun.signal.aborted) throw error
    stage.verdict = 'broken'
    stage.summary = messageOf(error)
    stage.mismatches.push(...particulars(error))
  }
  stage.durationMs = Math.round(performance.now() - started)
  return stage
}

/** Mismatches fail a stage, but on a host that was disturbed they prove nothing: the stage is broken. */
async function judge(stage: StageRecord, cellRun: CellRun): Promise<void> {
  const why = await disturbance(stage.name, cellRun)
  stage.verdict = why ? 'broken' : 'failed'
  if (why) stage.summary = why
}

/** What else than the scenario made a host other than expected; undefined where nothing is known to. */
async function disturbance(stage: string, { host, healthy }: CellRun): Promise<string | undefined> {
  const failure = host?.capabilities.has('own-kernel') && kernelFailure(await host.console())
  if (failure) return `the kernel of the host failed: ${failure}`
  if (await host?.ranOutOfMemory?.()) return 'the host ran out of memory, and the kernel ended one of its processes'
  // Nothing was done to this host yet. A section that does not end in time is then this machine's fault.
  const late = stage === 'healthy' ? Object.entries(healthy?.facts.sections ?? {}) : []
  const names = late.flatMap(([name, { status }]) => (status === 'timed-out' ? [name] : []))
  return names.length > 0
    ? `this machine is too busy: on a healthy host, ${names.join(', ')} did not end in time`
    : undefined
}

/**
 * The work, but an interruption does not wait for it once there is a host: the host is destroyed, and the work ends.
 */
function interruptible<T>(cellRun: CellRun, work: Promise<T>): Promise<T> {
  const { signal } = cellRun
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => void (cellRun.host && reject(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function particulars(error: unknown): string[] {
  if (!(error instanceof LabError)) return [error instanceof Error ? (error.stack ?? '') : '']
  const facts = Object.entries(error.facts).map(([name, fact]) => `${name}: ${fact}`)
  return [...facts, ...(error.cause === undefined ? [] : [messageOf(error.cause)]), ...(error.hint ? [error.hint] : [])]
}
