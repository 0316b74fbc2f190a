import { duration } from '../lib/text.ts'
import type { CellRecord, FixRecord, StageRecord } from '../results/record.ts'
import { bound } from './bound.ts'
import { probeGrid } from './grid.ts'
import { count, phrase, sentence } from './words.ts'

/** What happened in a cell, from its record: a paragraph for each part. Names are in backticks. */
export function story(cell: CellRecord): { lead: string; text: string }[] {
  if (cell.verdict === 'skipped') return [{ lead: 'Skipped', text: sentence(cell.reason ?? 'nothing was run') }]
  return [
    { lead: 'Host', text: host(cell) },
    { lead: 'Fault', text: summaryOf(cell, 'inject') },
    { lead: 'Latent', text: sickness(cell, 'latent') },
    { lead: 'Broken', text: sickness(cell, 'broken') },
    { lead: 'Fixes', text: repairs(cell) },
    { lead: 'Known issue', text: known(cell) },
    { lead: 'Other tries', text: tries(cell) },
  ].filter(({ text }) => text !== '')
}

const known = ({ knownIssue, reason = '' }: CellRecord): string => (knownIssue ? sentence(plain(reason)) : '')

const tries = ({ attempts = [] }: CellRecord): string =>
  attempts
    .map(({ verdict, reason, durationMs }) => sentence(`${verdict} after ${duration(durationMs)}: ${plain(reason)}`))
    .join(' ')

function host(cell: CellRecord): string {
  const { os, kernel, docker, iptables } = cell.facts
  const facts = [kernel && `kernel \`${kernel}\``, docker && `Docker ${docker}`, iptables].filter(Boolean).map(plain)
  // A host that never started has no facts.
  const intro = os ? `${plain(os)} with ${listed(facts)}.` : `The host is \`${cell.host}\`.`
  const { rows, stages } = probeGrid(cell)
  const column = stages.indexOf('healthy')
  if (column === -1) return `${intro} ${summaryOf(cell, 'provision')}`.trim()
  const right = rows.filter((row) => row.squares[column] && !row.squares[column].mismatch).length
  const named = cell.diagnoses.find(({ stage }) => stage === 'healthy')?.named ?? []
  const detectors = named.length ? `and the detectors name ${phrase(named)}` : 'and no detector names a cause'
  const all =
    right === rows.length ? `all ${count(rows.length, 'probe')}` : `${right} of ${count(rows.length, 'probe')}`
  return `${intro} At first ${all} answer as on a healthy host, ${detectors}.`
}

function sickness(cell: CellRecord, name: string): string {
  const stage = stageOf(cell, name)
  if (!stage) return ''
  if (stage.verdict === 'broken') return summaryOf(cell, name)
  return [changed(cell, name), journalSentence(stage), namedSentence(cell, name)].filter(Boolean).join(' ')
}

function changed(cell: CellRecord, stage: string): string {
  const { rows, stages } = probeGrid(cell)
  const column = stages.indexOf(stage)
  if (column === -1) return ''
  const sick = rows.filter((row) => row.squares[column]?.sick)
  const crashed = rows.filter((row) => row.squares[column]?.observed === 'error')
  if (sick.length + crashed.length === 0) return `Nothing fails: all ${count(rows.length, 'probe')} answer as before.`
  const healthy = rows.filter((row) => !sick.includes(row) && !crashed.includes(row)).map((row) => row.probe)
  const rest =
    healthy.length > 0 && healthy.length <= 4
      ? `; only ${phrase(healthy)} still ${healthy.length === 1 ? 'does' : 'do'}`
      : ''
  return `${sick.length} of ${count(rows.length, 'probe')} no longer answer as on the healthy host${rest}.${crashed.length ? ` The tool of ${phrase(crashed.map((row) => row.probe))} crashed.` : ''}`
}

function journalSentence({ journal = [] }: StageRecord): string {
  const seen = journal.filter((line) => line.seen !== undefined).map(({ expected }) => `“${plain(expected)}”`)
  return seen.length ? sentence(`the journal contains ${listed(seen)}`) : ''
}

function namedSentence(cell: CellRecord, stage: string): string {
  const diagnosis = cell.diagnoses.find((record) => record.stage === stage)
  if (!diagnosis) return ''
  if (diagnosis.named.length === 0) return 'No detector names a cause.'
  const lead =
    stage === 'latent' ? 'The detectors already name' : 'The detectors, which do not know what was injected, name'
  const summaries = diagnosis.detail.slice(0, 3).map(({ summary }) => opening(bound(summary, 2000)))
  const causes = summaries.map((summary, index) => (index === 0 ? summary : sentence(summary)))
  return sentence([`${lead} ${phrase(diagnosis.named)}`, causes.join(' ')].filter(Boolean).join(': '))
}

// The effect of each class of fix, for several fixes and for one.
const effects: [FixRecord['observed'], string, string][] = [
  ['cures', 'cure it', 'cures it'],
  ['partial', 'repair a part of it', 'repairs a part of it'],
  ['masks', 'only mask it', 'only masks it'],
  ['no-effect', 'have no effect', 'has no effect'],
  ['worsens', 'make it worse', 'makes it worse'],
  ['error', 'could not be judged', 'could not be judged'],
]

function repairs(cell: CellRecord): string {
  const done = effects.flatMap(([observed, many, one]) => {
    const names = cell.fixes.filter((fix) => fix.observed === observed).map(({ name }) => plain(name))
    return names.length ? [`${phrase(names)} ${names.length > 1 ? many : one}.`] : []
  })
  return done.join(' ')
}

const stageOf = (cell: CellRecord, name: string): StageRecord | undefined =>
  cell.stages.find((stage) => stage.name === name)
const summaryOf = (cell: CellRecord, name: string): string => sentence(plain(stageOf(cell, name)?.summary ?? ''))
const listed = (items: string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
const plain = (text: string): string => bound(text, 300).replace(/\s+/g, ' ')
// The first sentences, as many as are short together; the diagnosis has the rest.
const opening = (text: string): string => {
  const [first = '', ...rest] = text.replace(/\s+/g, ' ').split(/(?<=[.!?]) (?=\p{Lu})/u)
  const end = rest.findIndex((_, i) => [first, ...rest.slice(0, i + 1)].join(' ').length > 260)
  return [first, ...rest.slice(0, end === -1 ? rest.length : end)].join(' ')
}
