import { type Html, html } from '../../lib/html.ts'
import { duration } from '../../lib/text.ts'
import type { CellRecord } from '../../results/record.ts'
import { bound } from '../bound.ts'
import { count, happened, sentence } from '../words.ts'
import { part, prose, sign } from './parts.ts'

/** The stages on one scale of time, each with what happened. */
export function renderTimeline(cell: CellRecord): Html | false {
  if (cell.stages.length === 0) return false
  const total = Math.max(
    1,
    cell.stages.reduce((sum, stage) => sum + stage.durationMs, 0),
  )
  let start = 0
  const rows = cell.stages.map((stage) => {
    const from = start
    start += stage.durationMs
    // Each space between two elements is a node for the browser, so the most frequent elements have none.
    return html`<li class="${stage.verdict}">${sign(stage.verdict)}<code class="name">${bound(stage.name, 80)}</code>\
<span class="took">${duration(stage.durationMs)}</span>\
${track(
  from / total,
  stage.durationMs / total,
  ticks(total).map((ms) => ms / total),
)}\
<p>${prose(sentence(bound(happened(stage), 300)))}</p></li>`
  })
  return part(
    'Stages',
    `${count(cell.stages.length, 'stage')}, ${duration(total)}`,
    html`<ol class="timeline">
<li class="scale" aria-hidden="true"><svg height="14">${ticks(total).map(
      (ms) => html`<text x="${percent(ms / total)}" y="11">${label(ms)}</text>`,
    )}</svg></li>
${rows}</ol>`,
  )
}

const percent = (part: number): string => `${(part * 100).toFixed(2)}%`

// Drawn with attributes, because the page's policy allows no inline style.
const track = (
  from: number,
  share: number,
  marks: number[],
): Html => html`<svg class="track" height="10" aria-hidden="true">\
<svg viewBox="0 0 1 1" preserveAspectRatio="none"><path d="${marks.map((at) => `M${Number(at.toFixed(4))} 0v1`)}"/></svg>\
<rect x="${percent(from)}" width="${percent(Math.max(share, 0.004))}" y="1" height="8" rx="2"/></svg>`

const steps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200].map((seconds) => seconds * 1000)

// At most five round times, from zero.
function ticks(total: number): number[] {
  const step = steps.find((size) => total / size <= 5) ?? total / 4
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, i) => i * step).filter((ms) => ms / total < 0.97)
}

const label = (ms: number): string => (ms === 0 ? '0' : ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1000} s`)
