import type { Procedure } from '../cause/cause.ts'
import { classify } from '../fix/classify.ts'
import { execute } from '../fix/execute.ts'
import { applyRung } from '../fix/ladder.ts'
import { proceduresOf } from '../injection/fault.ts'
import { settle } from '../probes/containers.ts'
import type { FixRecord, StageRecord } from '../results/record.ts'
import type { Cell } from '../scenario/cell.ts'
import { contradictions } from './advice-measured.ts'
import type { CellRun } from './cell-run.ts'
import { factDifferences, hostFacts } from './host-facts.ts'
import type { Observation } from './observe.ts'

/** Breaks the host again, applies one fix, records its effect, and goes through the scenario's ladder. */
export async function tryFix(cellRun: CellRun, entry: Cell['fixes'][number], stage: StageRecord): Promise<void> {
  const fix = cellRun.faults.flatMap(({ fault }) => proceduresOf(fault)[entry.use] ?? [])[0]!
  const done: FixRecord = {
    name: entry.use,
    title: fix.title,
    expected: entry.expect,
    observed: 'error',
    steps: [...fix.steps(cellRun.broken!.facts), ...(fix.reboots ? ['reboot'] : [])],
    ladder: {},
    detail: '',
  }
  cellRun.notes.fixes.push(done)
  await cellRun.breakAgain()
  const before = Object.keys(entry.facts).length > 0 ? await cellRun.factsBefore() : cellRun.broken!.facts
  cellRun.progress(fix.title)
  const complaints = await apply(fix, cellRun)
  const after = await cellRun.check(stage, entry.leaves && { diagnosis: entry.leaves })
  done.observed = judge(cellRun, after)
  done.facts = hostFacts(after.facts)
  done.detail = [
    ...complaints,
    after.named.length > 0 ? `still named: ${after.named.join(', ')}` : 'nothing named',
  ].join('; ')
  stage.summary = `${fix.title}: ${done.observed} (${done.detail})`
  if (fix.reboots && done.observed === 'cures') cellRun.notes.facts.after = done.facts
  const { examination } = cellRun.broken!
  stage.mismatches.push(...contradictions(examination, entry.use, done.observed, after.examination, complaints))
  if (done.observed !== entry.expect)
    stage.mismatches.push(`fix ${entry.use}: expected ${entry.expect}, saw ${done.observed} (${done.detail})`)
  stage.mismatches.push(...factDifferences(entry.facts, before, after.facts))

  let last = done.observed
  for (const [rung, expected] of Object.entries(entry.ladder)) {
    cellRun.progress(`${fix.title}, then ${rung}`)
    // Each rung starts from the state that the fix left, not from the last rung's.
    if (last !== entry.expect) await apply(fix, cellRun)
    await applyRung(rung as keyof typeof entry.ladder, cellRun.host!, {
      again: async () => void (await apply(fix, cellRun)),
      reinject: async () => {
        await cellRun.inject()
        await cellRun.trigger()
      },
    })
    await settle(cellRun.host!)
    const seen = judge(cellRun, await cellRun.check(stage, {}, `${stage.name}+${rung}`))
    done.ladder[rung] = seen
    last = seen
    if (seen !== expected) stage.mismatches.push(`fix ${entry.use}, then ${rung}: expected ${expected}, saw ${seen}`)
  }
}

/** Applies a fix by the same steps that users get, up to the first that fails. Gives the failed step, if any. */
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
