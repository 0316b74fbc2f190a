import type { Comparison } from './compare.ts'

/** A campaign's results so far; it can go on from here. */
export interface Tally {
  seed: number
  /** The first host that is still to do. */
  next: number
  hosts: number
  flows: number
  passes: number
  dies: number
  unclear: number
  /** Flows that agreed only when they were sent again, or on a host of their own. */
  late: number
  /** Hosts with a change that the kernel refused. */
  refused: number
  /** Hosts that contradict, by index. */
  contradictions: number[]
  /** Wall-clock milliseconds. */
  ms: number
  /** The reasons of unclear flows, with how many flows have each. */
  why: Record<string, number>
}

export const emptyTally = (seed: number): Tally => ({
  seed,
  next: 0,
  hosts: 0,
  flows: 0,
  passes: 0,
  dies: 0,
  unclear: 0,
  late: 0,
  refused: 0,
  contradictions: [],
  ms: 0,
  why: {},
})

/** The tally with one more host. `stands`: it contradicts the kernel. */
export function withHost(tally: Tally, index: number, result: Comparison, stands: boolean): Tally {
  const why = { ...tally.why }
  for (const { doubts } of result.unclear) {
    const reason = kindOf(doubts[0] ?? 'no reason given')
    why[reason] = (why[reason] ?? 0) + 1
  }
  return {
    ...tally,
    hosts: tally.hosts + 1,
    flows: tally.flows + result.endings.length,
    passes: tally.passes + result.passes,
    dies: tally.dies + result.dies,
    unclear: tally.unclear + result.unclear.length,
    late: tally.late + result.late + (stands ? 0 : result.contradictions.length),
    refused: tally.refused + (result.complaints === '' ? 0 : 1),
    contradictions: stands ? [...tally.contradictions, index] : tally.contradictions,
    why,
  }
}

// Without names, addresses and numbers only a few reasons remain.
const kindOf = (text: string): string => text.replace(/[\d.]+(\/\d+)?|v\d|docker0|br-a|wan0|“[^”]*”|"[^"]*"/g, '…')

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`

/** The tally for people, a few lines. */
export function tallyText(tally: Tally): string {
  const { seed, next, hosts, flows, passes, dies, unclear, late, refused, contradictions, ms, why } = tally
  const reasons = Object.entries(why)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12)
    .map(([reason, count]) => `    ${String(count).padStart(6)}  ${reason}`)
  return [
    `seed ${seed}: ${hosts} hosts (next ${next}), ${flows} flows, ${Math.round(ms / Math.max(1, hosts))} ms a host`,
    `  agreed: ${passes} pass, ${dies} die; unclear ${unclear} (${percent(unclear, flows)}); agreed when sent again ${late}`,
    `  hosts with a change that the kernel refused: ${refused}`,
    `  contradictions: ${contradictions.length}${contradictions.length > 0 ? ` (hosts ${contradictions.slice(-20).join(', ')})` : ''}`,
    ...(reasons.length > 0 ? ['  unclear because:', ...reasons] : []),
  ].join('\n')
}
