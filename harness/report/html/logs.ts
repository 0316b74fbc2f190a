import { type Html, html } from '../../lib/html.ts'
import { withoutHalves } from '../../lib/text.ts'
import type { CellRecord } from '../../results/record.ts'
import { type LogFile, type LogTail, logFiles } from '../logs.ts'
import { count } from '../words.ts'
import { part } from './parts.ts'

const what: Record<LogFile, string> = {
  'console.log': 'the host’s console',
  'journal.txt': 'the host’s journal, from boot to end',
}

/** The logs of the host, folded, with links to what is not shown. The script adds a search field. */
export function renderLogs(cell: CellRecord, tails: readonly LogTail[] | undefined): Html | false {
  if (cell.verdict === 'skipped') return false
  const folder = `hosts/${encodeURIComponent(withoutHalves(cell.name.slice(0, 255)))}`
  const items = logFiles.map((file) => {
    const tail = tails?.find((each) => each.file === file)
    const link = html`<a href="${folder}/${file}">${file}</a>`
    if (tail?.text) return shown(tail, link)
    return html`<p>${tails && !tail ? html`<code>${file}</code>` : link} <span class="quiet">${what[file]}${tails && `: ${absent(tail)}`}</span></p>`
  })
  return part('Logs', false, html`<div class="logs">${items}</div>`)
}

function shown(tail: LogTail, link: Html): Html {
  const { file, size, read, text, own } = tail
  const cut = read < size
  return html`<details class="log"><summary><code>${file}</code> <span class="quiet">${what[file]}, ${cut && 'the last '}${count(text.split('\n').length, 'line')}</span></summary>
<p class="quiet">${cut ? html`The last ${bytes(read)} of ${bytes(size)}; the whole file: ${link}.` : html`The whole file: ${link}.`}${
    own > 0 && ` Without ${count(own, 'line')} by the lab’s own agent.`
  }</p>
<pre tabindex="0" role="region" aria-label="${file}">${text}</pre></details>`
}

function absent(tail: LogTail | undefined): string {
  if (!tail) return 'not kept'
  if (tail.size === 0 || tail.read > 0) return 'empty'
  return `${bytes(tail.size)}, not shown on a page of so many cells`
}

const bytes = (n: number): string => (n < 10_000 ? `${n} bytes` : `${Math.round(n / 1000)} kB`)
