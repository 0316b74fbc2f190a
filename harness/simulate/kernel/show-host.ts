import { Agent } from './agent.ts'
import { compare } from './compare.ts'
import { flowsOf, titleOf } from './flows.ts'
import { keepContradiction } from './keep.ts'
import { scriptOf } from './script.ts'
import { specAt } from './shrink.ts'

/**
 * Prints one host of a campaign: its changes, and each flow's end by the kernel and by the simulator. False where they
 * differ.
 */
export async function showHost(seed: number, index: number): Promise<boolean> {
  const spec = specAt(seed, index)
  await using agent = new Agent()
  const result = await compare(agent, spec, { whole: true })
  console.log(scriptOf(spec))
  console.log(JSON.stringify(spec, null, 2))
  if (result.complaints) console.log(`refused:\n${result.complaints}`)
  for (const [nth, flow] of flowsOf(spec).entries()) {
    const { end, drop, doubts } = result.walks[nth] ?? { end: 'crash', drop: undefined, doubts: [] }
    const why = drop ? `${drop.way} at ${drop.location}: ${drop.message}` : ''
    const differs = result.contradictions.some(({ title }) => title === titleOf(flow)) ? ' ***' : ''
    console.log(`${titleOf(flow).padEnd(36)} ${result.endings[nth]!.padEnd(12)} ${end.padEnd(8)} ${why}${differs}`)
    for (const { message } of end === 'unclear' ? doubts : []) console.log(`${' '.repeat(58)}? ${message}`)
  }
  for (const { end, message } of result.contradictions) if (end === 'crash') console.log(message)
  console.log(
    `bundle and script: ${keepContradiction(seed, index, { spec, contradictions: result.contradictions, bundle: result.bundle })}`,
  )
  return result.contradictions.length === 0
}
