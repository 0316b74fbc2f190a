import { unmeasured } from './cell/advice-measured.ts'
import { hostFacts } from './cell/host-facts.ts'
import { readJournal } from './cell/journal.ts'
import { type Lab, Scene } from './cell/scene.ts'
import { tryFix } from './cell/try-fix.ts'
import { kernelFailure } from './hosts/guest/kernel-failure.ts'
import type { Host } from './hosts/host.ts'
import { LabError, messageOf } from './lib/errors.ts'
import type { CellRecord, StageRecord } from './results/record.ts'
import type { Cell, InjectedFault } from './scenario/cell.ts'

export interface TellOptions {
  /** Last stage to run. */
  until?: string
  /** Called with the living host after the last stage, before it is destroyed. */
  visit?: (host: Host) => Promise<void>
}

/** The stages a cell may have before its fixes, in order. */
export const beforeFixes = ['provision', 'healthy', 'inject', 'latent', 'broken']

/** The names of a cell's stages, in order: known before anything runs. `until` need not be a stage of every cell. */
export function stagesOf(cell: Cell, until?: string): string[] {
  const names = [
    'provision',
    'healthy',
    ...(cell.fault ? ['inject'] : []),
    ...(cell.latent ? ['latent'] : []),
    ...(cell.broken ? ['broken'] : []),
    ...cell.fixes.map((fix) => `fix:${fix.use}`),
  ]
  if (!until) return names
  const last = beforeFixes.indexOf(until)
  if (last < 0) return names.slice(0, names.indexOf(until) + 1)
  return names.filter((name) => beforeFixes.slice(0, last + 1).includes(name))
}

/** Whether nothing follows a stage like this: fixes stand side by side, all else builds on what was before. */
export const endsStory = ({ name, verdict }: StageRecord): boolean =>
  verdict === 'broken' || (verdict === 'failed' && !name.startsWith('fix:'))

/**
 * The story of one cell: each `next()` runs one stage and gives its record. A stage that does not pass ends the story,
 * but for the fixes, which stand side by side. The cell's record is filled as the story goes; the host is destroyed
 * when it ends, however it ends.
 */
export async function* tell(
  cell: Cell,
  lab: Lab,
  record: CellRecord,
  options: TellOptions = {},
): AsyncGenerator<StageRecord, void> {
  const started = performance.now()
  const scene = new Scene(cell, lab, record)
  try {
    for (const name of stagesOf(cell, options.until)) {
      lab.signal.throwIfAborted()
      const stage = await play(name, scene)
      record.stages.push(stage)
      conclude(record, stage)
      yield stage
      if (endsStory(stage)) break
    }
    if (scene.host && options.visit) await options.visit(scene.host)
  } finally {
    const keep = lab.keep === 'always' || (lab.keep === 'failed' && record.verdict !== 'passed')
    if (scene.host && keep && !lab.signal.aborted) await lab.provider.leave?.(scene.host)
    else await scene.host?.[Symbol.asyncDispose]()
    record.durationMs = Math.round(performance.now() - started)
  }
}

async function provision(scene: Scene, stage: StageRecord): Promise<void> {
  await scene.provision()
  // Which accelerator works may have been proven only now.
  scene.record.accelerator = await scene.lab.provider.accelerator()
  stage.summary = `a ${scene.cell.host} host is up on ${scene.lab.provider.name}, with its outside and its probe containers`
}

async function healthy(scene: Scene, stage: StageRecord): Promise<void> {
  scene.healthy = await scene.look(stage, scene.cell.healthy)
  scene.record.facts = hostFacts(scene.healthy.facts)
  stage.summary =
    stage.mismatches.length === 0
      ? 'every probe answers as on a healthy host, and no detector names a cause'
      : 'the host is not healthy before anything was done to it'
}

async function inject(scene: Scene, stage: StageRecord): Promise<void> {
  await scene.inject()
  const { fault, and } = scene.cell
  stage.summary = and
    ? `the fault ${told(fault!)} has broken the host, and ${told(and)} is injected on top of it`
    : `the fault ${told(fault!)} is injected`
}

function told({ kind, params }: InjectedFault): string {
  const how = Object.entries(params).map(([name, value]) => `${name}: ${value}`)
  return `${kind}${how.length > 0 ? ` (${how.join(', ')})` : ''}`
}

async function latent(scene: Scene, stage: StageRecord): Promise<void> {
  const { named } = await scene.look(stage, scene.cell.latent!)
  const yet = scene.cell.and ? 'only the first fault shows' : 'nothing fails'
  const latent = stage.mismatches.length === 0 ? `${yet} yet` : `the host is not as it should be while ${yet}`
  stage.summary = `${latent}, and the detectors name ${named.join(', ') || 'nothing'}`
}

async function broken(scene: Scene, stage: StageRecord): Promise<void> {
  const expected = scene.cell.broken!
  await scene.trigger()
  scene.broken = await scene.look(stage, expected)
  stage.journal = await readJournal(scene.host!, expected.journal)
  stage.mismatches.push(
    ...unmeasured(
      scene.broken.examination,
      scene.cell.fixes.map(({ use }) => use),
    ),
  )
  for (const { expected: words, seen } of stage.journal)
    if (seen === undefined) stage.mismatches.push(`journal: no line holds “${words}”`)
  const unwell = Object.entries(scene.broken.vector).filter(([name, seen]) => seen !== scene.healthy!.vector[name])
  stage.summary = `${unwell.length} of ${scene.broken.probes.length} probes answer otherwise than on the healthy host, and the detectors name ${scene.broken.named.join(', ') || 'nothing'}`
  if (stage.mismatches.length === 0) await scene.keepBroken()
}

const parts: Record<string, (scene: Scene, stage: StageRecord) => Promise<void>> = {
  provision,
  healthy,
  inject,
  latent,
  broken,
}

async function play(name: string, scene: Scene): Promise<StageRecord> {
  const started = performance.now()
  const stage: StageRecord = { name, verdict: 'passed', durationMs: 0, summary: '', mismatches: [] }
  try {
    const fix = scene.cell.fixes.find(({ use }) => name === `fix:${use}`)
    await interruptible(scene, fix ? tryFix(scene, fix, stage) : parts[name]!(scene, stage))
    if (stage.mismatches.length > 0) await judge(stage, scene)
  } catch (error) {
    if (scene.lab.signal.aborted) throw error
    stage.verdict = 'broken'
    stage.summary = messageOf(error)
    stage.mismatches.push(...particulars(error))
  }
  stage.durationMs = Math.round(performance.now() - started)
  return stage
}

/** What a host with a failed kernel does is no word on the fault, a fix or a detector. */
async function judge(stage: StageRecord, { host }: Scene): Promise<void> {
  const failure = host?.capabilities.has('own-kernel') && kernelFailure(await host.console())
  stage.verdict = failure ? 'broken' : 'failed'
  if (failure) stage.summary = `the kernel of the host failed: ${failure}`
}

/** Work that an interruption need not wait for once there is a host: it is about to be destroyed, and the work with it. */
function interruptible<T>(scene: Scene, work: Promise<T>): Promise<T> {
  const { signal } = scene.lab
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => void (scene.host && reject(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** The worst stage gives the cell its verdict, and its first complaint the reason. */
function conclude(record: CellRecord, stage: StageRecord): void {
  const rank = { passed: 0, skipped: 0, known: 0, flaky: 0, failed: 1, broken: 2 }
  if (rank[stage.verdict] <= rank[record.verdict]) return
  record.verdict = stage.verdict
  record.reason = `stage ${stage.name}: ${stage.verdict === 'broken' ? stage.summary : stage.mismatches[0]}`
}

function particulars(error: unknown): string[] {
  if (!(error instanceof LabError)) return [error instanceof Error ? (error.stack ?? '') : '']
  const facts = Object.entries(error.facts).map(([name, fact]) => `${name}: ${fact}`)
  return [...facts, ...(error.cause === undefined ? [] : [messageOf(error.cause)]), ...(error.hint ? [error.hint] : [])]
}
