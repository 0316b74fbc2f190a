import type { ExecResult, Host } from '../hosts/host.ts'
import { clean } from '../lib/text.ts'
import type { Outcome } from '../scenario/vocabulary.ts'
import { writeRoster } from './fleet.ts'

/** One question put to a host's network. */
export interface Probe {
  readonly name: string
  /** A word for this and its like: a scenario may say of them all at once how they fare. */
  readonly group?: string
  /**
   * What a healthy host answers: isolation, for one, must fail. Left out where that depends on the host: then it is
   * asked only in scenarios whose healthy vector says.
   */
  readonly healthy?: 'pass' | 'fail'
  /** POSIX sh, run as root on the host. */
  readonly script: string
  /** Exit codes with which the tool says "the network did not let me"; every other non-zero code is the tool's own crash. */
  readonly failCodes: readonly number[]
  /** What a passing answer must hold. */
  readonly answer?: RegExp
  /** Milliseconds on fast hardware. */
  readonly deadlineMs: number
  /** It changes the host: asked when all else has been seen, and by itself, for a broken tool may undo what others measure. */
  readonly changes?: boolean
}

export interface ProbeResult {
  name: string
  outcome: Outcome
  durationMs: number
  /** What the tool saw: its last words, cleaned. */
  detail: string
}

/** From the result of a probe's tool to an outcome. */
export function judge(probe: Probe, result: ExecResult): Outcome {
  if (result.code === 0) return probe.answer && !probe.answer.test(result.stdout) ? 'fail' : 'pass'
  return probe.failCodes.includes(result.code) ? 'fail' : 'error'
}

/**
 * Asks all probes at once; each has its own deadline. `meanwhile` begins when those have answered that a healthy host lets
 * through: what it refuses is ended by patience alone. Rejects only when the host itself is lost.
 */
export async function askAll<T>(
  host: Host,
  probes: readonly Probe[],
  meanwhile: () => Promise<T>,
): Promise<[ProbeResult[], T]> {
  await host.exec(writeRoster, { deadlineMs: 30_000 })
  const asked = probes.map((probe) => ({ probe, answer: ask(host, probe) }))
  const answered = Promise.all(asked.filter(({ probe }) => probe.healthy !== 'fail').map(({ answer }) => answer))
  return Promise.all([Promise.all(asked.map(({ answer }) => answer)), answered.then(meanwhile)])
}

/** Asks one probe. Rejects only when the host itself is lost. */
export async function ask(host: Host, probe: Probe): Promise<ProbeResult> {
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
