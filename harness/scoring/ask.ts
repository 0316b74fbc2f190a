import type { ExecResult, Host } from '../hosts/host.ts'
import { clean } from '../lib/text.ts'
import type { Adapter } from './adapter.ts'

/** What an outside detector made of a host. */
export interface Answer {
  /** `error`: the tool crashed, ran out of time or said what no adapter can read; `skipped`: it was not asked. */
  said: 'answer' | 'error' | 'skipped'
  /** Causes, or `unwell`; none: it says that all is well. */
  named: string[]
  durationMs: number
  /** What it said that counted, or why there is no answer: short and cleaned. */
  detail: string
}

// More than any check prints; a tool that floods its output does not stop the run.
const mostText = 256 * 1024

/** Asks an outside detector about a host as it is now. Rejects only when the host itself is lost. */
export async function askOutside(host: Host, adapter: Adapter): Promise<Answer> {
  const result = await host.exec(adapter.command, { deadlineMs: adapter.deadline * 1000 })
  return { ...read(adapter, result), durationMs: result.durationMs }
}

/** From what a tool printed, and how it ended, to what it says. */
export function read(
  adapter: Adapter,
  { code, stdout, stderr }: Pick<ExecResult, 'code' | 'stdout' | 'stderr'>,
): Omit<Answer, 'durationMs'> {
  const text = [stdout, stderr].map((each) => clean(each.slice(0, mostText))).join('\n')
  const error = (why: string): Omit<Answer, 'durationMs'> => ({
    said: 'error',
    named: [],
    detail: [why, lastWords(text)].filter(Boolean).join(': '),
  })
  if (code === 124) return error(`no answer within ${adapter.deadline} s, or what a slow host makes of them`)
  if (!adapter.exits.includes(code)) return error(`exit ${code} is no answer`)
  if (adapter.answer !== undefined && !new RegExp(adapter.answer, 'm').test(text))
    return error('it did not say what an answer of it holds')
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
    said: 'answer',
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
