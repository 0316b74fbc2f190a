import type { Procedure } from '../faults/cause.ts'
import { classify } from '../faults/classify.ts'
import { execute } from '../faults/execute.ts'
import { proceduresOf } from '../faults/fault.ts'
import { climb } from '../faults/ladder.ts'
import { settle } from '../probes/fleet.ts'
import type { FixRecord, StageRecord } from '../results/record.ts'
import type { Cell } from '../scenario/cell.ts'
import { contradictions } from './advice-measured.ts'
import { factDifferences, hostFacts } from './host-facts.ts'
import type { Observation } from './observe.ts'
import type { Scene } from './scene.ts'

/** Breaks the host again, applies one fix, says what it did, and climbs the ladder the scenario asks for. */
export async function tryFix(scene: Scene, asked: Cell['fixes'][number], stage: StageRecord): Promise<void> {
  const fix = scene.faults.flatMap(({ fault }) => proceduresOf(fault)[asked.use] ?? [])[0]!
  const done: FixRecord = {
    name: asked.use,
    title: fix.title,
    expected: asked.expect,
    observed: 'error',
    steps: [...fix.steps(scene.broken!.facts), ...(fix.reboots ? ['reboot'] : [])],
    ladder: {},
    detail: '',
  }
  scene.record.fixes.push(done)
  await scene.breakAgain()
  const before = Object.keys(asked.facts).length > 0 ? await scene.factsBefore() : scene.broken!.facts
  scene.lab.progress(fix.title)
  const complaints = await apply(fix, scene)
  const after = await scene.look(stage, asked.leaves && { diagnosis: asked.leaves })
  done.observed = judge(scene, after)
  done.facts = hostFacts(after.facts)
  done.detail = [
    ...complaints,
    after.named.length > 0 ? `still named: ${after.named.join(', ')}` : 'nothing named',
  ].join('; ')
  stage.summary = `${fix.title}: ${done.observed} (${done.detail})`
  if (fix.reboots && done.observed === 'cures') scene.record.facts.after = done.facts
  const { examination } = scene.broken!
  stage.mismatches.push(...contradictions(examination, asked.use, done.observed, after.examination, complaints))
  if (done.observed !== asked.expect)
    stage.mismatches.push(`fix ${asked.use}: expected ${asked.expect}, saw ${done.observed} (${done.detail})`)
  stage.mismatches.push(...factDifferences(asked.facts, before, after.facts))

  let last = done.observed
  for (const [rung, expected] of Object.entries(asked.ladder)) {
    scene.lab.progress(`${fix.title}, then ${rung}`)
    // Each rung is climbed from where the fix brought the host, not from what the last rung left.
    if (last !== asked.expect) await apply(fix, scene)
    await climb(rung as keyof typeof asked.ladder, scene.host!, {
      again: async () => void (await apply(fix, scene)),
      reinject: async () => {
        await scene.inject()
        await scene.trigger()
      },
    })
    await settle(scene.host!)
    const seen = judge(scene, await scene.look(stage, {}, `${stage.name}+${rung}`))
    done.ladder[rung] = seen
    last = seen
    if (seen !== expected) stage.mismatches.push(`fix ${asked.use}, then ${rung}: expected ${expected}, saw ${seen}`)
  }
}

/** Applies a fix by the very steps that users are given, up to the first that fails. Gives the complaints. */
async function apply(fix: Procedure, scene: Scene): Promise<string[]> {
  const { failed } = await (scene.lab.execute ?? execute)(fix.steps(scene.broken!.facts), scene.host!)
  if (fix.reboots && !failed) await scene.host!.reboot()
  await settle(scene.host!)
  return failed ? [`“${failed.step}” exits ${failed.code}`] : []
}

const judge = (scene: Scene, after: Observation): FixRecord['observed'] =>
  classify({
    healthy: scene.healthy!.vector,
    broken: scene.broken!.vector,
    after: after.vector,
    stillNamed: after.named.length > 0,
  }) ?? 'error'
