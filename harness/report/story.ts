import { bound } from './bound.ts'
import { probeGrid } from './grid.ts'
import type { CellRecord, FixRecord, StageRecord } from './record.ts'
import { count, phrase, sentence } from './words.ts'

/** What happened in a cell, told in sentences from its record; names stand between backticks. */
export function story(cell: CellRecord): string[] {
  if (cell.verdict === 'skipped') return [sentence(cell.reason ?? 'nothing was run')]
  return [host(cell), sickness(cell), repairs(cell)].filter((paragraph) => paragraph !== '')
}

function host(cell: CellRecord): string {
  const { os, kernel, docker, iptables } = cell.facts
  const facts = [kernel && `kernel \`${kernel}\``, docker && `Docker ${docker}`, iptables].filter(Boolean).map(plain)
  // A host that never came up has no facts to tell.
  const intro = os ? `The host is ${plain(os)} with ${listed(facts)}.` : `The host is \`${cell.host}\`.`
  const { rows, stages } = probeGrid(cell)
  const column = stages.indexOf('healthy')
  if (column === -1) return `${intro} ${told(cell, 'provision')}`.trim()
  const right = rows.filter((row) => row.squares[column] && !row.squares[column].mismatch).length
  const named = cell.diagnoses.find(({ stage }) => stage === 'healthy')?.named ?? []
  const detectors = named.length ? `and the detectors named ${phrase(named)}` : 'and no detector spoke'
  const all =
    right === rows.length ? `all ${count(rows.length, 'probe')}` : `${right} of ${count(rows.length, 'probe')}`
  return `${intro} Before anything was done to it, ${all} answered as on a healthy host ${detectors}.`
}

function sickness(cell: CellRecord): string {
  const parts = [told(cell, 'inject')]
  for (const name of ['latent', 'broken']) {
    const stage = stageOf(cell, name)
    if (!stage) continue
    if (stage.verdict === 'broken') parts.push(told(cell, name))
    else parts.push(changed(cell, name), said(stage), spoken(cell, name))
  }
  return parts.filter(Boolean).join(' ')
}

function changed(cell: CellRecord, stage: string): string {
  const { rows, stages } = probeGrid(cell)
  const column = stages.indexOf(stage)
  if (column === -1) return ''
  const sick = rows.filter((row) => row.squares[column]?.sick)
  const when = stage === 'latent' ? 'At first' : 'Then'
  const still = stage === 'latent' ? 'nothing failed' : 'nothing changed'
  if (sick.length === 0) return `${when} ${still}: all ${count(rows.length, 'probe')} answered as before.`
  const well = rows.filter((row) => !sick.includes(row)).map((row) => row.probe)
  const rest = well.length > 0 && well.length <= 4 ? `; ${phrase(well)} did as before` : ''
  return `${when} ${sick.length} of ${count(rows.length, 'probe')} no longer answered as on the healthy host${rest}.`
}

function said({ journal = [] }: StageRecord): string {
  const seen = journal.filter((line) => line.seen !== undefined).map(({ expected }) => `“${plain(expected)}”`)
  return seen.length ? sentence(`the journal said ${listed(seen)}`) : ''
}

function repairs(cell: CellRecord): string {
  const by = (observed: FixRecord['observed']): string[] =>
    cell.fixes.filter((fix) => fix.observed === observed).map((fix) => fix.name)
  const told: [FixRecord['observed'], string][] = [
    ['cures', 'cured it'],
    ['partial', 'repaired a part of it'],
    ['masks', 'only masked it'],
    ['no-effect', 'had no effect'],
    ['worsens', 'made it worse'],
    ['error', 'could not be judged'],
  ]
  return told
    .filter(([observed]) => by(observed).length)
    .map(([observed, did]) => `${phrase(by(observed))} ${did}.`)
    .join(' ')
}

function spoken(cell: CellRecord, stage: string): string {
  const diagnosis = cell.diagnoses.find((record) => record.stage === stage)
  if (!diagnosis) return ''
  if (diagnosis.named.length === 0) return 'No detector spoke.'
  const lead =
    stage === 'latent' ? 'The detectors already named' : 'The detectors, which are not told what was done, named'
  const summaries = diagnosis.detail.map(({ summary }) => sentence(plain(summary)))
  return `${lead} ${phrase(diagnosis.named)}${summaries.length ? `: ${summaries.join(' ')}` : '.'}`
}

const stageOf = (cell: CellRecord, name: string): StageRecord | undefined =>
  cell.stages.find((stage) => stage.name === name)
const told = (cell: CellRecord, name: string): string => sentence(plain(stageOf(cell, name)?.summary ?? ''))
const listed = (items: string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
const plain = (text: string): string => bound(text, 300).replace(/\s+/g, ' ')
