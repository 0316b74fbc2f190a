import type { Procedure } from '../cause/cause.ts'
import { classify } from '../fix/classify.ts'
import { execute } from '../fix/execute.ts'
import { climb } from '../fix/ladder.ts'
import { proceduresOf } from '../injection/fault.ts'
import { settle } from '../probes/containers.ts'
import type { FixRecord, StageRecord } from '../results/record.ts'
import type { Cell } from '../scenario/cell.ts'
import { contradictions } from './advice-measured.ts'
import type { CellRun } from './cell-run.ts'
import { factDifferences, hostFacts } from './host-facts.ts'
import type { Observation } from './observe.ts'

/** Breaks the host again, applies one fix, says what it did, and climbs the ladder the scenario asks for. */
export async function tryFix(cellRun: CellRun, asked: Cell['fixes'][number], stage: StageRecord): Promise<void> {
  const fix = cellRun.faults.flatMap(({ fault }) => proceduresOf(fault)[asked.use] ?? [])[0]!
  const done: FixRecord = {
    name: asked.use,
    title: fix.title,
    expected: asked.expect,
    observed: 'error',
    steps: [...fix.steps(cellRun.broken!.facts), ...(fix.reboots ? ['reboot'] : [])],
    ladder: {},
    detail: '',
  }
  cellRun.notes.fixes.push(done)
  await cellRun.breakAgain()
  const before = Object.keys(asked.facts).length > 0 ? await cellRun.factsBefore() : cellRun.broken!.facts
  cellRun.progress(fix.title)
  const complaints = await apply(fix, cellRun)
  const after = await cellRun.look(stage, asked.leaves && { diagnosis: asked.leaves })
  done.observed = judge(cellRun, after)
  done.facts = hostFacts(after.facts)
  done.detail = [
    ...complaints,
    after.named.length > 0 ? `still named: ${after.named.join(', ')}` : 'nothing named',
  ].join('; ')
  stage.summary = `${fix.title}: ${done.observed} (${done.detail})`
  if (fix.reboots && done.observed === 'cures') cellRun.notes.facts.after = done.facts
  const { examination } = cellRun.broken!
  stage.mismatches.push(...contradictions(examination, asked.use, done.observed, after.examination, complaints))
  if (done.observed !== asked.expect)
    stage.mismatches.push(`fix ${asked.use}: expected ${asked.expect}, saw ${done.observed} (${done.detail})`)
  stage.mismatches.push(...factDifferences(asked.facts, before, after.facts))

  let last = done.observed
  for (const [rung, expected] of Object.entries(asked.ladder)) {
    cellRun.progress(`${fix.title}, then ${rung}`)
    // Each rung is climbed from where the fix brought the host, not from what the last rung left.
    if (last !== asked.expect) await apply(fix, cellRun)
    await climb(rung as keyof typeof asked.ladder, cellRun.host!, {
      again: async () => void (await apply(fix, cellRun)),
      reinject: async () => {
        await cellRun.inject()
        await cellRun.trigger()
      },
    })
    await settle(cellRun.host!)
    const seen = judge(cellRun, await cellRun.look(stage, {}, `${stage.name}+${rung}`))
    done.ladder[rung] = seen
    last = seen
    if (seen !== expected) stage.mismatches.push(`fix ${asked.use}, then ${rung}: expected ${expected}, saw ${seen}`)
  }
}

/** Applies a fix by the very steps that users are given, up to the first that fails. Gives the complaints. */
async function apply(fix: Procedure, cellRun: CellRun): Promise<string[]> {
  const { failed } = await (cellRun.context.execute ?? execute)(fix.steps(cellRun.broken!.facts), cellRun.host!)
  if (fix.reboots && !failed) await cellRun.host!.reboot()
  await settle(cellRun.host!)
  return failed ? [`“${failed.step}” exits ${failed.code}`] : []
}

const judge = (cellRun: CellRun, after: Observation): FixRecord['observed'] =>
  classify({
    healthy: cellRun.healthy!.vector,
    broken: cellRun.broken!.vector,
    after: after.vector,
    stillNamed: after.named.length > 0,
  }) ?? 'error'
