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
${rest.length > 0 && html`<details class="more"><summary>The path at ${[...new Set(rest.flatMap(({ stages }) => stages))].join(', ')}</summary>${rest.map(figure)}</details>`}`,
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
  const { flow, end, from, stations, killer, summary } = trace
  const dead = isDead(trace)
  const lane = (way: Station['way']): Piece => stations.filter((station) => station.way === way).map(point)
  const answered = stations.some(({ way, state }) => way === 'back' && state !== 'unknown' && state !== 'unreached')
  return html`<figure class="packet ${dead ? 'died' : 'lived'}">
<figcaption>${stageList(stages)} <b>${from === 'default' ? 'from the default bridge' : 'from a user network'}</b>
<span class="quiet">${flow.address ? html`to ${flow.address}${flow.port > 0 && `:${flow.port}`} by ${flow.protocol}` : ''}</span>
<span class="tag ${dead ? 'active' : ''}">${end}</span></figcaption>
<ol class="way">${lane('out')}</ol>
${(answered || trace.at?.way === 'back') && html`<ol class="way back"><li class="corner" aria-hidden="true"></li>${lane('back')}</ol>`}
<p class="summary">${sentence(bound(killer ? summary.replace(/“.*$/, '').replace(/ by (the )?(policy.*)?$/, '') : summary, 300))}</p>
${
  killer &&
  html`<div class="terminating-rule"><samp>${bound(killer.rule, 300)}</samp>
<span><code>${bound(killer.table, 60)}</code> ${killer.backend === 'legacy' && 'legacy '}chain <code>${bound(killer.chain, 60)}</code></span>
<span><b>${owner(killer.owner.who)}</b> ${bound(killer.owner.by, 200)}</span></div>`
}
${met(stations)}
</figure>`
}

const owner = (who: string): string =>
  who === 'admin' ? 'The administrator’s:' : who === 'unknown' ? 'Of unknown origin:' : `${bound(who, 40)}’s:`

// The stylesheet adds the dot and its word for screen readers, because a long report has thousands of steps.
const point = ({ place, state, says, way, hops }: Station): Html => {
  // The full reason for a drop is below.
  const explainedBelow = state === 'unreached' || (state === 'dead' && says.length > 40)
  const words = explainedBelow ? '' : short(place, way, says, hops.length)
  return html`<li class="${state} ${place}">${place}${words && html` <small>${words}</small>`}</li>`
}

// The text that fits below a dot; the sentence and the table have all of it.
function short(place: Station['place'], way: Station['way'], says: string, hops: number): string {
  if (place === 'container' && way === 'out') return bound(says.replace(' at ', ' '), 40)
  if (place === 'postrouting' && says.startsWith('it leaves'))
    return bound(says.replace('it leaves ', '').replace(/with the.*own address, /, 'bare, '), 40)
  if (says === 'let through') return hops > 0 ? 'let through' : ''
  return ['bridge', 'uplink', 'outside'].includes(place) || (place === 'routing' && says.length < 40)
    ? bound(says, 40)
    : ''
}

function met(stations: readonly Station[]): Piece {
  const rows = stations.flatMap(({ way, place, hops }) => hops.map((hop) => ({ way, place, hop })))
  if (rows.length === 0) return false
  const { shown, cut } = first(rows, 60)
  return html`<details class="more"><summary>Every rule with a verdict</summary>
<table class="rules"><thead><tr><th scope="col">Direction</th><th scope="col">Hook</th><th scope="col">Chain</th><th scope="col">Rule</th><th scope="col">Verdict</th><th scope="col">Owner</th></tr></thead>
<tbody>${shown.map(
    ({ way, place, hop }) =>
      html`<tr class="${hop.verdict}"><td>${way}</td><td>${place}</td><td>${bound(`${hop.table} ${hop.chain}`, 80)}</td><td>${bound(hop.rule, 200)}</td><td>${hop.verdict}</td><td>${bound(hop.owner.who, 40)}</td></tr>`,
  )}</tbody></table>${cut > 0 && html`<p class="cut">${cut} more rules cut</p>`}</details>`
}
