import type { ExecResult, Host } from '../hosts/host.ts'
import { clean } from '../lib/text.ts'
import type { Outcome } from '../scenario/terms.ts'
import { listProbeContainers } from './containers.ts'

/** One connectivity check of a host. */
export interface Probe {
  readonly name: string
  /** A scenario may give one outcome for all probes of a group. */
  readonly group?: string
  /**
   * The outcome on a healthy host; isolation, for example, fails there. Left out where it depends on the host: then the
   * probe runs only in scenarios whose healthy vector names it.
   */
  readonly healthy?: 'pass' | 'fail'
  /** POSIX sh, run as root on the host. */
  readonly script: string
  /** Exit codes by which the tool reports a network failure. Any other non-zero code is a crash of the tool. */
  readonly failCodes: readonly number[]
  /** A passing answer matches it. */
  readonly answer?: RegExp
  /** Milliseconds on fast hardware. */
  readonly deadlineMs: number
  /** It changes the host, so it runs last and alone: a broken tool may spoil what other probes measure. */
  readonly changes?: boolean
}

export interface ProbeResult {
  name: string
  outcome: Outcome
  durationMs: number
  /** The last lines of the tool's output, cleaned. */
  detail: string
}

/** The outcome that the result of a probe's tool means. */
export function judge(probe: Probe, result: ExecResult): Outcome {
  if (result.code === 0) return probe.answer && !probe.answer.test(result.stdout) ? 'fail' : 'pass'
  return probe.failCodes.includes(result.code) ? 'fail' : 'error'
}

/**
 * Runs all probes at once; each has its own deadline. `meanwhile` starts once the probes that pass on a healthy host have
 * ended: the others only wait for their timeout. Rejects only when the host itself is lost.
 */
export async function runProbes<T>(
  host: Host,
  probes: readonly Probe[],
  meanwhile: () => Promise<T>,
): Promise<[ProbeResult[], T]> {
  await host.exec(listProbeContainers, { deadlineMs: 30_000 })
  const running = probes.map((probe) => ({ probe, answer: runProbe(host, probe) }))
  const allowed = Promise.all(running.filter(({ probe }) => probe.healthy !== 'fail').map(({ answer }) => answer))
  return Promise.all([Promise.all(running.map(({ answer }) => answer)), allowed.then(meanwhile)])
}

/** Runs one probe. Rejects only when the host itself is lost. */
export async function runProbe(host: Host, probe: Probe): Promise<ProbeResult> {
  const result = await host.exec(probe.script, { deadlineMs: probe.deadlineMs })
  return { name: probe.name, outcome: judge(probe, result), durationMs: result.durationMs, detail: lastWords(result) }
}

function lastWords(result: ExecResult): string {
  const lines = clean(`${result.stdout}\n${result.stderr}`)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^0+$/.test(line))
  const words = lines.slice(-2).join(' · ').slice(0, 300)
  return result.code === 0 ? words : `exit ${result.code}${words && `: ${words}`}`
}
