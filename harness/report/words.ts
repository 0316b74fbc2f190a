import { capital } from '../lib/text.ts'
import type { ClaimRecord } from '../results/detector-record.ts'
import type { CellRecord, FixRecord, StageRecord, Verdict } from '../results/record.ts'
import type { Outcome } from '../scenario/vocabulary.ts'

/** The sign of each verdict; a sign is never alone, a word or a title says the same. */
export const verdictSigns: Record<Verdict, string> = {
  passed: '✓',
  failed: '✗',
  broken: '!',
  skipped: '–',
  flaky: '≈',
  known: '○',
}

/** Verdicts in the order in which people want to hear of them. */
export const verdictOrder: readonly Verdict[] = ['failed', 'broken', 'flaky', 'known', 'passed', 'skipped']

/** Whether a verdict asks for somebody's attention. */
export const isBad = (verdict: Verdict): boolean => verdict === 'failed' || verdict === 'broken' || verdict === 'flaky'

/** The sign of each outcome of a probe. */
export const outcomeSigns: Record<Outcome, string> = { pass: '✓', fail: '✗', error: '!' }

/** The sign of each class of fix. */
export const fixSigns: Record<FixRecord['observed'], string> = {
  cures: '✓',
  partial: '◐',
  masks: '≈',
  'no-effect': '–',
  worsens: '✗',
  error: '!',
}

/** The sign of what became of a claim. */
export const claimSigns: Record<ClaimRecord['verdict'], string> = {
  confirmed: '✓',
  narrowed: '◐',
  refuted: '✗',
  untested: '–',
}

/** What each class of fix means, for a legend. */
export const fixMeanings: Record<FixRecord['observed'], string> = {
  cures: 'the host answers as a healthy one again',
  partial: 'some of what broke works again',
  masks: 'the symptom is gone, the fault is not',
  'no-effect': 'nothing changed',
  worsens: 'more is broken than before, or isolation was opened',
  error: 'the fix could not be judged',
}

/** Names as one phrase: `a`, `a and b`, `a, b and c`; beyond `most`, how many others. */
export function phrase(names: readonly string[], most = 6): string {
  const code = names.map((name) => `\`${name}\``)
  const shown = code.length > most ? [...code.slice(0, most - 1), `${code.length - most + 1} others`] : code
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** A count and its noun: `1 probe`, `2 probes`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string => `${n} ${n === 1 ? noun : plural}`

// Programs keep their names at the head of a sentence.
const lower = /^(?:docker-proxy|[a-z]*(?:dockerd|containerd|firewalld|systemd|iptables|nft|modprobe|depmod))\b/

/** The same words as a sentence: a capital, a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  // A setting or a file keeps its own spelling.
  const spelled = lower.test(trimmed) || /^[a-z]\w*[._/]\w/.test(trimmed) ? trimmed : capital(trimmed)
  return /[.!?:…][”"’]?$/.test(spelled) ? spelled : `${spelled}.`
}

/**
 * What happened at a stage. Where it failed, words that tell of success are not left to stand by themselves. Which step
 * of a fix failed is told with the fix.
 */
export function happened({ verdict, summary }: Pick<StageRecord, 'verdict' | 'summary'>): string {
  const brief = summary.replace(/“[^”]*” exits \d+; /g, '')
  return verdict === 'failed' ? `not as the scenario tells: ${brief || 'see below'}` : brief
}

/** What runs the host, and how it is accelerated where that says something. */
export const machine = ({ provider, accelerator }: Pick<CellRecord, 'provider' | 'accelerator'>): string[] =>
  [provider, accelerator].filter((word) => word !== '' && word !== 'none')

/** How many of each, in words and in this order: `3 confirmed, 1 narrowed`. */
export const tally = <T extends string>(all: readonly T[], order: readonly T[]): string =>
  order
    .map((word) => ({ word, times: all.filter((each) => each === word).length }))
    .filter(({ times }) => times > 0)
    .map(({ word, times }) => `${times} ${word}`)
    .join(', ')

/** A share with what it is made of: `66 % (2/3)`; of nothing there is none: `–`. */
export const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.floor((100 * part) / whole)} % (${part}/${whole})`
