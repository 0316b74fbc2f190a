import { type Html, html, type Piece } from '../../lib/html.ts'
import type { CellRecord, TraceRecord } from '../../results/record.ts'
import { isDead, type Station } from '../../trace/trace.ts'
import { bound, first } from '../bound.ts'
import { sentence } from '../words.ts'
import { part, stageList } from './parts.ts'

/** The path of each traced packet, drawn from container to outside and back: green up to the step at which it ends. */
export function renderWay(cell: CellRecord): Html | false {
  const traces = cell.traces ?? []
  if (traces.length === 0) return false
  const last = traces.at(-1)!.stage
  const groups = alike(traces)
  // Open are the packets of the last known state, dropped ones first.
  const open = groups
    .filter(({ stages }) => stages.includes(last))
    .sort((a, b) => Number(isDead(b.trace)) - Number(isDead(a.trace)))
  const rest = groups.filter(({ stages }) => !stages.includes(last))
  return part(
    'The packet’s path',
    traces.some(({ by }) => by === 'packets') ? 'real packets, traced through every hook' : 'simulated',
    html`${open.map(figure)}
${rest.length > 0 && html`<details class="more"><summary>The path at ${bound([...new Set(rest.flatMap(({ stages }) => stages))].join(', '), 300)}</summary>${rest.map(figure)}</details>`}`,
  )
}

interface Alike {
  trace: TraceRecord
  stages: string[]
}

// Stages with the same path share a drawing.
function alike(traces: readonly TraceRecord[]): Alike[] {
  const groups = new Map<string, Alike>()
  for (const trace of traces) {
    const key = JSON.stringify({ ...trace, stage: '' })
    const group = groups.get(key)
    if (group) group.stages.push(trace.stage)
    else groups.set(key, { trace, stages: [trace.stage] })
  }
  return [...groups.values()]
}

function figure({ trace, stages }: Alike): Html {
  const { flow, end, from, stations, terminatingRule, summary } = trace
  const dead = isDead(trace)
  // A rule that drops is shown below; one that only translates or changes a packet is the sentence's subject.
  const isBelow = terminatingRule?.verdict === 'drop' || terminatingRule?.verdict === 'reject'
  const lane = (way: Station['way']): Piece => stations.filter((station) => station.way === way).map(point)
  const answered = stations.some(({ way, state }) => way === 'back' && state !== 'unknown' && state !== 'unreached')
  return html`<figure class="packet ${dead ? 'died' : 'lived'}">
<figcaption>${stageList(stages)} <b>${from === 'default' ? 'from the default bridge' : 'from a user network'}</b>
<span class="quiet">${flow.address ? html`to ${bound(flow.address, 60)}${flow.port > 0 && `:${flow.port}`} by ${flow.protocol}` : ''}</span>
<span class="tag ${dead ? 'active' : ''}">${end}</span></figcaption>
<ol class="way">${lane('out')}</ol>
${(answered || trace.at?.way === 'back') && html`<ol class="way back"><li class="corner" aria-hidden="true"></li>${lane('back')}</ol>`}
<p class="summary">${sentence(bound(isBelow ? summary.replace(/“.*$/, '').replace(/ by (the )?(policy.*)?$/, '') : summary, 300))}</p>
${
  terminatingRule &&
  html`<div class="terminating-rule"><samp>${bound(terminatingRule.rule, 300)}</samp>
<span><code>${bound(terminatingRule.table, 60)}</code> ${terminatingRule.backend === 'legacy' && 'legacy '}chain <code>${bound(terminatingRule.chain, 60)}</code></span>
<span><b>${owner(terminatingRule.owner.who)}</b> ${bound(terminatingRule.owner.by, 200)}</span></div>`
}
${met(stations)}
</figure>`
}

const owner = (who: string): string =>
  who === 'admin' ? 'The administrator’s:' : who === 'unknown' ? 'Of unknown origin:' : `${bound(who, 40)}’s:`

// The stylesheet adds the dot and its word for screen readers, because a long report has thousands of steps.
const point = ({ location, state, message, way, rules }: Station): Html => {
  // The full reason for a drop is below.
  const explainedBelow = state === 'unreached' || (state === 'dead' && message.length > 40)
  const words = explainedBelow ? '' : short(location, way, message, rules.length)
  return html`<li class="${state} ${location}">${location}${words && html` <small>${words}</small>`}</li>`
}

// The text that fits below a dot; the sentence and the table have all of it.
function short(location: Station['location'], way: Station['way'], message: string, rules: number): string {
  if (location === 'container' && way === 'out') return bound(message.replace(' at ', ' '), 40)
  if (location === 'postrouting' && message.startsWith('it leaves'))
    return bound(message.replace('it leaves ', '').replace(/with the.*own address, /, 'bare, '), 40)
  if (message === 'let through') return rules > 0 ? 'let through' : ''
  return ['bridge', 'uplink', 'outside'].includes(location) || (location === 'routing' && message.length < 40)
    ? bound(message, 40)
    : ''
}

function met(stations: readonly Station[]): Piece {
  const rows = stations.flatMap(({ way, location, rules }) => rules.map((rule) => ({ way, location, rule })))
  if (rows.length === 0) return false
  const { shown, cut } = first(rows, 60)
  return html`<details class="more"><summary>Every rule with a verdict</summary>
<table class="rules"><thead><tr><th scope="col">Direction</th><th scope="col">Hook</th><th scope="col">Chain</th><th scope="col">Rule</th><th scope="col">Verdict</th><th scope="col">Owner</th></tr></thead>
<tbody>${shown.map(
    ({ way, location, rule }) =>
      html`<tr class="${rule.verdict}"><td>${way}</td><td>${location}</td><td>${bound(`${rule.table} ${rule.chain}`, 80)}</td><td>${bound(rule.rule, 200)}</td><td>${rule.verdict}</td><td>${bound(rule.owner.who, 40)}</td></tr>`,
  )}</tbody></table>${cut > 0 && html`<p class="cut">${cut} more rules cut</p>`}</details>`
}
