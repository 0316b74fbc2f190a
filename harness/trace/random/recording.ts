import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Facts } from '../../evidence/facts.ts'
import type { Agent, Ending } from '../../simulate/kernel/agent.ts'
import { evidenceOf } from '../../simulate/kernel/evidence.ts'
import type { HostSpec, KernelFlow } from '../../simulate/kernel/host-spec.ts'
import { RealHost } from '../../simulate/kernel/real-host.ts'
import { asFlow, factsOf } from '../../simulate/kernel/simulated.ts'
import { traceByPackets } from '../by-packets.ts'
import { endingsOf, type Truth, truthOf } from './truth.ts'

/** The recording of one random host: by the tracer's script, and by separate real packets. */
export interface Recording {
  spec: HostSpec
  flows: KernelFlow[]
  bundle: string
  /** The output of the tracer's script. */
  packets: string
  /** The namespace that represents the outside. */
  outside: string
  endings: Ending[]
  /** The truth of each dead flow, with changes by index; null for others. */
  truths: ({ byBase: boolean; culprits: number[] } | null)[]
  /** Dead flows that the tracer saw answered, and that are answered again on a new host of this kind. */
  restless: number[]
}

/**
 * Makes a host, follows all its flows by the tracer's own script, and determines how they end and why. `patience`
 * multiplies the time in which an answer has to come.
 */
export async function record(agent: Agent, spec: HostSpec, patience = 1): Promise<Recording> {
  const { traced, ...seen } = await observe(agent, spec, patience)
  const { flows, endings } = seen
  const isDead = (index: number): boolean => endings[index] !== 'answered'
  const dead = flows.filter((_, index) => isDead(index))
  const truths = dead.length > 0 ? await truthOf(agent, spec, dead) : []
  const gone = flows.filter((_, index) => traced[index] === 'answered' && isDead(index))
  const again = gone.length > 0 ? await answeredOnAnother(agent, spec, gone) : []
  return {
    spec,
    ...seen,
    truths: flows.map((flow) => indexed(truths[dead.indexOf(flow)], spec)),
    restless: again.map((flow) => flows.indexOf(flow)),
  }
}

const indexed = (truth: Truth | undefined, { changes }: HostSpec): Recording['truths'][number] =>
  truth ? { byBase: truth.byBase, culprits: truth.culprits.map((change) => changes.indexOf(change)) } : null

/** Flows that are answered on a new host of this kind: earlier packets made the difference. */
async function answeredOnAnother(agent: Agent, spec: HostSpec, flows: readonly KernelFlow[]): Promise<KernelFlow[]> {
  await using host = await RealHost.make(agent, spec)
  const endings = await endingsOf(host, flows)
  return flows.filter((_, index) => endings[index] === 'answered')
}

async function observe(agent: Agent, spec: HostSpec, patience: number) {
  await using host = await RealHost.make(agent, spec)
  const flows = host.flows.filter(isFollowed)
  const bundle = await evidenceOf(host, spec.base.ipv6, false)
  let packets = ''
  const shell = {
    exec: async (script: string) => {
      const stdout = await host.attend(script)
      // Only the first of two runs has all flows.
      packets ||= stdout
      return { code: 0, stdout, stderr: '', durationMs: 0 }
    },
  }
  const outside = (await host.collect('echo "$outside"')).trim()
  const facts: Facts = factsOf(bundle, spec.base)
  const traces = await traceByPackets(shell, flows.map(asFlow), facts, { outside, isExact: true, patience })
  const endings = await endingsOf(host, flows)
  return { flows, bundle, packets, outside, endings, traced: traces.map(({ end }) => end) }
}

// The tracer follows IPv4 and small packets.
const isFollowed = ({ address, size }: KernelFlow): boolean => !address.includes(':') && size === 'small'

/** Keeps a recording in a folder, which it creates; gives the file. */
export function keepRecording(folder: string, name: string, recording: Recording): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${name}.json.gz`)
  writeFileSync(file, gzipSync(JSON.stringify(recording), { level: 9 }))
  return file
}

/** Reads a recording that `keepRecording` has kept. */
export const readRecording = (file: string | URL): Recording =>
  JSON.parse(gunzipSync(readFileSync(file)).toString()) as Recording
