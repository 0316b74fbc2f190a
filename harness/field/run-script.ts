import { collect } from '../evidence/collect.ts'
import { readFacts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import { packagesOf } from '../injection/packages.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { orEnd } from '../lib/or-end.ts'
import { outside } from '../outside/outside.ts'
import { type ProbeResult, runProbe, runProbes } from '../probes/probe.ts'
import { traceAll } from '../trace/index.ts'
import type { Trace } from '../trace/trace.ts'
import { changeHost } from './change-host.ts'
import { judge } from './judge.ts'
import { deviations, type FieldLine } from './line.ts'
import { healthyVector, type MakeOptions, makeHost } from './make-host.ts'
import { fieldProbes } from './probes.ts'
import type { FieldScript } from './scripts.ts'

/** The results of one script. */
export interface FieldResult {
  line: FieldLine
  /** Undefined if there was no host. */
  bundle?: string
  probes: ProbeResult[]
  /** What the script printed. */
  output: string
}

/**
 * Provisions a healthy host, runs the script on it as root, waits until it settles, probes it and diagnoses its bundle;
 * with `packets`, follows real packets too. The host is gone when this resolves. If it cannot be provisioned or is lost,
 * the verdict is `broken`; this rejects only if interrupted.
 */
export async function runScript(
  script: FieldScript,
  options: MakeOptions & { packets?: boolean },
): Promise<FieldResult> {
  const { name, wanted } = script
  const { signal } = options
  const started = performance.now()
  const ms = (): number => Math.round(performance.now() - started)
  const nothing = { causes: [], unexplained: [], notChecked: [], probesDead: [], probesOpen: [] }
  let host: Host | undefined
  try {
    const made = await makeHost(packagesOf(script.text), options)
    host = made
    const end = (): Promise<void> => made[Symbol.asyncDispose]()
    return await orEnd(signal, end, async () => {
      const { code, output } = await changeHost(made, script.text)
      const { probes, bundle } = await probeAndCollect(made, options.progress)
      const followed = options.packets ? await followPackets(made, bundle) : []
      // Last, because they change the host.
      probes.push(...(await operate(made, probes)))
      const off = deviations(healthyVector, probes)
      const harmless = wanted === 'sick' && off.probesDead.length + off.probesOpen.length === 0
      const line: FieldLine = {
        script: name,
        wanted,
        ...judge(bundle, followed),
        ...off,
        ...(harmless && { harmless }),
        exitCode: code,
        ms: ms(),
      }
      return { line, bundle, probes, output }
    })
  } catch (error) {
    signal.throwIfAborted()
    const line: FieldLine = { script: name, wanted, verdict: 'broken', ...nothing, why: messageOf(error), ms: ms() }
    const facts = error instanceof LabError ? Object.entries(error.facts) : []
    return { line, probes: [], output: facts.map(([key, fact]) => `${key}: ${fact}`).join('\n') }
  } finally {
    await host?.[Symbol.asyncDispose]()
  }
}

/** Runs the probes that change nothing, and collects the host's evidence after their traffic. */
export async function probeAndCollect(
  host: Host,
  progress: (line: string) => void,
): Promise<{ probes: ProbeResult[]; bundle: string }> {
  progress('probing')
  const [probes, bundle] = await runProbes(
    host,
    fieldProbes.filter(({ changes }) => !changes),
    () => collect(host),
  )
  return { probes, bundle }
}

/** Follows every flow of the host with real packets, to and from the namespace that stands for the outside. */
const followPackets = (host: Host, bundle: string): Promise<Trace[]> =>
  traceAll(host, { address: outside.address, port: 80, protocol: 'tcp' }, readFacts(bundle), {
    namespace: '/run/netns/outside',
    path: '/large',
  })

/** Runs the probes that change the host, one by one. If dockerd hangs, they fail without being run. */
async function operate(host: Host, seen: readonly ProbeResult[]): Promise<ProbeResult[]> {
  const hangs = (detail: string): boolean => /^exit (124|137)/.test(detail)
  const hung = seen.some(({ name, detail }) => name === 'docker-exec' && hangs(detail))
  const results: ProbeResult[] = []
  for (const probe of fieldProbes.filter(({ changes }) => changes))
    results.push(
      hung
        ? { name: probe.name, outcome: 'fail', durationMs: 0, detail: 'not run: dockerd does not answer' }
        : await runProbe(host, probe),
    )
  return results
}
