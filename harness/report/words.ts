import { capital } from '../lib/text.ts'
import type { ClaimRecord } from '../results/detector-record.ts'
import type { CellRecord, FixRecord, StageRecord, Verdict } from '../results/record.ts'
import type { Outcome } from '../scenario/terms.ts'
import { bound } from './bound.ts'

/** The sign of each verdict. A word or title always goes with it. */
export const verdictSigns: Record<Verdict, string> = {
  passed: '✓',
  failed: '✗',
  broken: '!',
  skipped: '–',
  flaky: '≈',
  known: '○',
}

/** The verdicts, most urgent first. */
export const verdictOrder: readonly Verdict[] = ['failed', 'broken', 'flaky', 'known', 'passed', 'skipped']

/** Whether a verdict needs attention. */
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

/** The sign of each verdict on a claim. */
export const claimSigns: Record<ClaimRecord['verdict'], string> = {
  confirmed: '✓',
  narrowed: '◐',
  refuted: '✗',
  untested: '–',
}

/** What each class of fix means, for a legend. */
export const fixMeanings: Record<FixRecord['observed'], string> = {
  cures: 'the host is healthy again',
  partial: 'a part of what broke works again',
  masks: 'the symptom is gone, but the fault remains',
  'no-effect': 'nothing changed',
  worsens: 'more is broken than before, or isolation is open',
  error: 'the fix could not be judged',
}

/** Names as one phrase: `a`, `a and b`, `a, b and c`; beyond `most`, the number of the others. */
export function phrase(names: readonly string[], most = 6): string {
  const code = names.map((name) => `\`${bound(name, 80).replaceAll('`', '')}\``)
  const shown = code.length > most ? [...code.slice(0, most - 1), `${code.length - most + 1} others`] : code
  return shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** A count with its noun: `1 probe`, `2 probes`. */
export const count = (n: number, noun: string, plural = `${noun}s`): string => `${n} ${n === 1 ? noun : plural}`

// Names of programs stay lower-case at the start of a sentence.
const lower = /^(?:docker-proxy|[a-z]*(?:dockerd|containerd|firewalld|systemd|iptables|nft|modprobe|depmod))\b/

/** The text as a sentence, with a capital and a full stop. */
export function sentence(text: string): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  // Names of settings, files, containers and links keep their spelling.
  const spelled = lower.test(trimmed) || /^(?:[a-z]\w*[._/-]\w|[a-z]+\d)/.test(trimmed) ? trimmed : capital(trimmed)
  return /[.!?:…][”"’]?$/.test(spelled) ? spelled : `${spelled}.`
}

/**
 * What happened at a stage. Where the stage failed, a prefix keeps its summary from reading like a success. Steps of a fix
 * that failed are left out, because the fix lists them.
 */
export function happened({ verdict, summary }: Pick<StageRecord, 'verdict' | 'summary'>): string {
  const brief = summary.replace(/“[^”]*” exits \d+; /g, '')
  return verdict === 'failed' ? `not as the scenario expects: ${brief || 'see below'}` : brief
}

/** The provider of the host and its accelerator, if any. */
export const machine = ({ provider, accelerator }: Pick<CellRecord, 'provider' | 'accelerator'>): string[] =>
  [provider, accelerator].filter((word) => word !== '' && word !== 'none' && word !== 'unproven')

/** How many of each, in this order: `3 confirmed, 1 narrowed`. */
export const tally = <T extends string>(all: readonly T[], order: readonly T[]): string =>
  order
    .map((word) => ({ word, times: all.filter((each) => each === word).length }))
    .filter(({ times }) => times > 0)
    .map(({ word, times }) => `${times} ${word}`)
    .join(', ')

/** A share with its counts: `66 % (2/3)`; `–` where the whole is 0. */
export const share = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${Math.floor((100 * part) / whole)} % (${part}/${whole})`
