import { collect } from '../evidence/collect.ts'
import { readFacts } from '../evidence/facts.ts'
import { changeHost } from '../field/change-host.ts'
import { makeHost } from '../field/make-host.ts'
import { probeAndCollect } from '../field/run-script.ts'
import type { Host } from '../hosts/host.ts'
import { packagesOf } from '../injection/packages.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { orEnd } from '../lib/or-end.ts'
import type { Cell } from '../scenario/cell.ts'
import { traceByPackets } from '../trace/by-packets.ts'
import { flowTo, largeFlow, readTarget } from '../trace/flow.ts'
import type { ScriptRecording } from './map.ts'
import type { Recorded, RecordOptions } from './record-cell.ts'

/**
 * Runs a recording's script on a healthy host of a cell and gives the bundle of that host. Where the recording names a
 * target, it adds the tracer's output for a packet to it. Rejects only when interrupted.
 */
export async function recordScript(
  cell: Cell,
  { path, script, packets, large, probed }: ScriptRecording,
  options: RecordOptions,
): Promise<Recorded> {
  let host: Host | undefined
  try {
    const made = await makeHost(packagesOf(script), { cell, ...options })
    host = made
    return await orEnd(
      options.signal,
      () => made[Symbol.asyncDispose](),
      async () => {
        const { code, output } = await changeHost(made, script)
        if (code !== 0) return { path, why: `the script exited with ${code}: ${output.trim().slice(-300)}` }
        const bundle = probed ? (await probeAndCollect(made, options.progress)).bundle : await collect(made)
        return { path, bundle, ...(packets && { packets: await follow(made, packets, bundle, large) }) }
      },
    )
  } catch (error) {
    options.signal.throwIfAborted()
    return { path, why: messageOf(error) }
  } finally {
    await host?.[Symbol.asyncDispose]()
  }
}

/** The tracer's output for a packet to a target; where it sent the packet twice, the second one's. */
async function follow(host: Host, target: string, bundle: string, large = false): Promise<string> {
  const facts = readFacts(bundle)
  const flow = flowTo(readTarget(target), facts)
  if (typeof flow === 'string') throw new LabError('host', `no packet can be traced: ${flow}`)
  let printed = ''
  const listening: Pick<Host, 'exec'> = {
    exec: async (...call) => {
      const result = await host.exec(...call)
      printed = result.stdout
      return result
    },
  }
  await traceByPackets(listening, [large ? largeFlow(flow) : flow], facts, large ? { path: '/large' } : {})
  return printed
}
