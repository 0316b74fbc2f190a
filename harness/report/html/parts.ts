import { type Html, html, type Piece } from '../../lib/html.ts'
import type { FixRecord, Verdict } from '../../results/record.ts'
import { bound, first } from '../bound.ts'
import { fixMeanings, fixSigns, verdictSigns } from '../words.ts'

/** A section, with its heading beside it on wide screens. `hint` is a quiet line below the heading. */
export const part = (title: string, hint: Piece, body: Piece): Html => html`<section class="part">
<h3>${title}${hint && html`<small>${hint}</small>`}</h3>
<div>${body}</div>
</section>`

/** A command to copy. The script adds the button. */
export const command = (line: string): Html =>
  html`<pre class="command" tabindex="0"><code>${bound(line, 500)}</code></pre>`

/** Prose with the names in backticks set as code. */
export const prose = (text: string): Html =>
  html`${text.split('`').map((piece, i) => (i % 2 ? html`<code>${piece}</code>` : piece))}`

/** A verdict as a sign, with its word for screen readers. */
export const sign = (verdict: Verdict): Html =>
  html`<i class="sign ${verdict}" role="img" aria-label="${verdict}">${verdictSigns[verdict]}</i>`

/** The class of a fix as a word in its colour. */
export const fixClass = (observed: FixRecord['observed']): Html =>
  html`<span class="class ${observed}" title="${fixMeanings[observed]}"><i aria-hidden="true">${fixSigns[observed]}</i>${observed}</span>`

/** Lines of a host, at most `most` and each bounded, with the number of lines cut. */
export function lines(all: readonly string[], most: number, each: (line: string) => Piece = (line) => line): Html {
  const { shown, cut } = first(all, most)
  return html`${shown.map((line) => each(bound(line, 400)))}${cut > 0 && html`<li class="cut">${cut} more lines cut</li>`}`
}

/** The name of a stage for people: `fix:reboot+docker-restart` becomes `after reboot, then docker-restart`. */
export function stageWords(stage: string): Html {
  if (!stage.startsWith('fix:')) return html`<code>${bound(stage, 80)}</code>`
  const [fix, rung] = stage.slice('fix:'.length).split('+', 2)
  const then = rung && html`<span class="quiet">, then</span> <code>${bound(rung, 80)}</code>`
  return html`<span class="quiet">after</span> <code>${bound(fix ?? '', 80)}</code>${then}`
}

/** Several stages in one phrase: `healthy`, `latent`, after `reboot`, `reboot + daemon-restart`, `depmod`. */
export function stageList(stages: readonly string[]): Html {
  const before = stages.filter((stage) => !stage.startsWith('fix:')).map(stageWords)
  const after = stages
    .filter((stage) => stage.startsWith('fix:'))
    .map((stage, i) => {
      const name = html`<code>${bound(stage.slice('fix:'.length).replace('+', ' + '), 80)}</code>`
      return i === 0 ? html`<span class="quiet">after</span> ${name}` : name
    })
  return html`${[...before, ...after].map((words, i) => html`${i > 0 && ', '}${words}`)}`
}

/** The same in plain text, for tables that repeat it hundreds of times. */
export function stageText(stages: readonly string[]): string {
  const before = stages.filter((stage) => !stage.startsWith('fix:'))
  const after = stages
    .filter((stage) => stage.startsWith('fix:'))
    .map((stage) => stage.slice('fix:'.length).replace('+', ' + '))
  return [...before, ...(after.length > 0 ? [`after ${after.join(', ')}`] : [])]
    .map((name) => bound(name, 300))
    .join(', ')
}

/** A name as part of an id or a link inside the page. */
export const slug = (name: string): string => name.replace(/[^\w-]+/g, '-').slice(0, 80)
