import type { Comparison } from './compare-traces.ts'

/** A campaign's results. */
export interface Tally {
  hosts: number
  flows: number
  /** The number of flows with each verdict. */
  counts: Record<string, number>
  /** Dead flows whose terminating rule was seen. */
  seen: number
  /** Hosts and flows where the tracer gives another location than the kernel. */
  other: string[]
  /** The reasons of unclear flows, with how many flows have each. */
  why: Record<string, number>
}

export const emptyTally = (): Tally => ({ hosts: 0, flows: 0, counts: {}, seen: 0, other: [], why: {} })

/** The tally with one more host. */
export function withHost(tally: Tally, index: number, compared: readonly Comparison[]): Tally {
  const counts = { ...tally.counts }
  const why = { ...tally.why }
  for (const { is, why: message } of compared) {
    counts[is] = (counts[is] ?? 0) + 1
    if (is !== 'unclear') continue
    const kind = message.replace(/[\d.]+(\/\d+)?|v\d|docker0|br-a|wan0|“[^”]*”|"[^"]*"/g, '…').slice(0, 160)
    why[kind] = (why[kind] ?? 0) + 1
  }
  return {
    hosts: tally.hosts + 1,
    flows: tally.flows + compared.length,
    counts,
    seen: tally.seen + compared.filter(({ trace }) => trace.terminatingRule !== undefined).length,
    other: [...tally.other, ...compared.flatMap(({ is, title }) => (is === 'other' ? [`${index} ${title}`] : []))],
    why,
  }
}

/** The tally for people, a few lines. */
export function tallyText({ hosts, flows, counts, seen, other, why }: Tally): string {
  const words: [string, string][] = [
    ['answered', 'answered by both'],
    ['same', 'dead, at the location of the planted drop'],
    ['follows', 'dead, where a change misdirects it to'],
    ['other', 'dead, at a wrong location'],
    ['unclear', 'unclear'],
    ['restless', 'dead when followed, answered when sent again'],
    ['not known', 'dead only by several changes together: the location is not known'],
  ]
  const reasons = Object.entries(why)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12)
    .map(([reason, count]) => `    ${String(count).padStart(6)}  ${reason}`)
  return [
    `${hosts} hosts, ${flows} flows; a rule was seen to end ${seen} of them`,
    ...words.map(([is, what]) => `  ${String(counts[is] ?? 0).padStart(6)}  ${what}`),
    ...(other.length > 0 ? [`  wrong locations: ${other.slice(0, 20).join('; ')}`] : []),
    ...(reasons.length > 0 ? ['  unclear because:', ...reasons] : []),
  ].join('\n')
}
