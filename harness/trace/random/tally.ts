import type { Held } from './hold.ts'

/** What a campaign has come to. */
export interface Tally {
  hosts: number
  flows: number
  /** How many flows are what. */
  counts: Record<string, number>
  /** Dead flows whose place was seen by packets: by a rule that they met, or by the brackets they passed. */
  seen: number
  /** Hosts and flows where the tracer gives another place than the kernel. */
  other: string[]
  /** Why flows were unclear: how many of each kind. */
  why: Record<string, number>
}

export const emptyTally = (): Tally => ({ hosts: 0, flows: 0, counts: {}, seen: 0, other: [], why: {} })

/** A tally with one more host. */
export function withHost(tally: Tally, index: number, held: readonly Held[]): Tally {
  const counts = { ...tally.counts }
  const why = { ...tally.why }
  for (const { is, why: message } of held) {
    counts[is] = (counts[is] ?? 0) + 1
    if (is !== 'unclear') continue
    const kind = message.replace(/[\d.]+(\/\d+)?|v\d|docker0|br-a|wan0|“[^”]*”|"[^"]*"/g, '…').slice(0, 160)
    why[kind] = (why[kind] ?? 0) + 1
  }
  return {
    hosts: tally.hosts + 1,
    flows: tally.flows + held.length,
    counts,
    seen: tally.seen + held.filter(({ trace }) => trace.terminatingRule !== undefined).length,
    other: [...tally.other, ...held.flatMap(({ is, title }) => (is === 'other' ? [`${index} ${title}`] : []))],
    why,
  }
}

/** The tally for people, a few lines. */
export function tallyText({ hosts, flows, counts, seen, other, why }: Tally): string {
  const words: [string, string][] = [
    ['answered', 'answered by both'],
    ['same', 'dead, at the place where the death was put'],
    ['follows', 'dead, where a change leads it astray to'],
    ['other', 'at another place'],
    ['unclear', 'unclear'],
    ['restless', 'dead when followed, answered when sent again'],
    ['not known', 'dead by several changes together: the place is not known'],
  ]
  const reasons = Object.entries(why)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12)
    .map(([reason, count]) => `    ${String(count).padStart(6)}  ${reason}`)
  return [
    `${hosts} hosts, ${flows} flows; a rule was seen to end ${seen} of them`,
    ...words.map(([is, what]) => `  ${String(counts[is] ?? 0).padStart(6)}  ${what}`),
    ...(other.length > 0 ? [`  other places: ${other.slice(0, 20).join('; ')}`] : []),
    ...(reasons.length > 0 ? ['  unclear because:', ...reasons] : []),
  ].join('\n')
}
