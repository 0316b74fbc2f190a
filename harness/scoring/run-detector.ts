import type { ExecResult, Host } from '../hosts/host.ts'
import { clean } from '../lib/text.ts'
import type { Adapter } from './adapter.ts'

/** What an outside detector answered about a host. */
export interface Answer {
  /** `error`: the tool crashed, ran out of time or printed what the adapter cannot read. `skipped`: it did not run. */
  status: 'answer' | 'error' | 'skipped'
  /** Causes, or `sick`; empty: it found the host healthy. */
  named: string[]
  durationMs: number
  /** The output that counted, or why there is no answer; short and cleaned. */
  detail: string
}

// More than any check prints. A tool that prints without end must not stop the run.
const mostText = 256 * 1024

/** Runs an outside detector on a host. Rejects only when the host itself is lost. */
export async function runDetector(host: Host, adapter: Adapter): Promise<Answer> {
  const result = await host.exec(adapter.command, { deadlineMs: adapter.deadline * 1000 })
  return { ...read(adapter, result), durationMs: result.durationMs }
}

/** The answer that a tool's output and exit code mean. */
export function read(
  adapter: Adapter,
  { code, stdout, stderr }: Pick<ExecResult, 'code' | 'stdout' | 'stderr'>,
): Omit<Answer, 'durationMs'> {
  const text = [stdout, stderr].map((each) => clean(each.slice(0, mostText))).join('\n')
  const error = (why: string): Omit<Answer, 'durationMs'> => ({
    status: 'error',
    named: [],
    detail: [why, lastWords(text)].filter(Boolean).join(': '),
  })
  if (code === 124) return error(`no answer within ${adapter.deadline} s (more on a slow host)`)
  if (!adapter.exits.includes(code)) return error(`exit ${code} is not an answer`)
  if (adapter.answer !== undefined && !new RegExp(adapter.answer, 'm').test(text))
    return error('its output holds no answer')
  const found = adapter.rules.flatMap(({ output, exit, cause }) => {
    const match = output === undefined ? undefined : new RegExp(output, 'm').exec(text)
    if (match === null || (exit && !exit.includes(code))) return []
    return [
      {
        cause,
        words: match ? lineAt(text, match.index) : [`exit ${code}`, lastWords(text)].filter(Boolean).join(': '),
      },
    ]
  })
  return {
    status: 'answer',
    named: [...new Set(found.map(({ cause }) => cause))],
    detail: [...new Set(found.map(({ words }) => words))].slice(0, 3).join(' · ').slice(0, 300) || lastWords(text),
  }
}

const lineAt = (text: string, index: number): string => {
  const end = text.indexOf('\n', index)
  return text.slice(text.lastIndexOf('\n', index - 1) + 1, end < 0 ? undefined : end).trim()
}

const lastWords = (text: string): string =>
  text
    .split('\n')
    .map((each) => each.trim())
    .filter(Boolean)
    .slice(-2)
    .join(' · ')
    .slice(0, 300)
