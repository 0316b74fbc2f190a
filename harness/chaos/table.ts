import type { Kind } from './kinds.ts'
import type { RoundResult, State } from './state.ts'

/** Everything that went wrong in a campaign, a line each. */
export const faultsOf = ({ rounds }: Pick<State, 'rounds'>): string[] =>
  rounds.flatMap((round) => {
    const named = (what: string, some: readonly string[]): string[] =>
      some.map((line) => `round ${round.index}: ${what}: ${line}`)
    const { leaks, lost, doubled, wrong } = round
    return [...named('left', leaks), ...named('lost', lost), ...named('twice', doubled), ...named('wrong', wrong)]
  })

/** A campaign as a table of Markdown: a row for each kind, and their sum. A round with several kinds counts for each. */
export function tableOf({ rounds, kinds }: Pick<State, 'rounds' | 'kinds'>): string {
  const line = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`
  const row = (name: string, is: (kind: Kind) => boolean): string => {
    const own = rounds.filter(({ struck }) => struck.some(({ kind, hit }) => hit !== undefined && is(kind)))
    const strikes = rounds.flatMap(({ struck }) => struck).filter(({ kind }) => is(kind))
    const hits = strikes.filter(({ hit }) => hit !== undefined).length
    const sum = (of: (round: RoundResult) => readonly string[]): number =>
      own.reduce((all, round) => all + of(round).length, 0)
    const verdicts = own.flatMap((round) => Object.values(round.verdicts))
    const ended = (verdict: string): number => verdicts.filter((each) => each === verdict).length
    return line(
      name,
      hits,
      strikes.length - hits,
      sum(({ leaks }) => leaks),
      sum(({ lost }) => lost),
      sum(({ doubled }) => doubled),
      sum(({ wrong }) => wrong),
      ended('passed'),
      ended('broken'),
    )
  }
  return [
    line('kind', 'kills', 'too late', 'leaks', 'lost', 'doubled', 'wrong', 'cells passed', 'broken'),
    line('---', ...Array.from({ length: 8 }, () => '---:')),
    ...kinds.map((kind) => row(kind, (each) => each === kind)),
    row('all', () => true),
  ].join('\n')
}
