import type { ClaimRecord } from '../../results/detector-record.ts'
import { claimSigns, tally } from '../words.ts'
import { type Paint, plain, wrap } from './paint.ts'

const order = ['confirmed', 'narrowed', 'refuted', 'untested'] as const

/** What this run made of the write-ups' claims, as lines for a terminal: those it tested; of many, those not confirmed. */
export function claimLines(claims: readonly ClaimRecord[], paint: Paint): string[] {
  const tested = claims.filter(({ verdict }) => verdict !== 'untested')
  if (tested.length === 0) return []
  const shown = tested.length > 20 ? tested.filter(({ verdict }) => verdict !== 'confirmed') : tested
  const sum = tally(
    claims.map(({ verdict }) => verdict),
    order,
  )
  return [
    '',
    `  ${paint.bold('Claims of the write-ups')}  ${paint.dim(sum)}`,
    ...shown.flatMap((claim) => lines(claim, paint)),
    ...(shown.length < tested.length ? [paint.dim('  the confirmed ones are in the report')] : []),
  ]
}

function lines({ source, verdict, claim, note }: ClaimRecord, paint: Paint): string[] {
  const color = { confirmed: paint.green, narrowed: paint.yellow, refuted: paint.red, untested: paint.dim }[verdict]
  const [first = '', ...rest] = wrap(plain(claim, 300), 88, '')
  const indent = ' '.repeat(20)
  return [
    `  ${paint.dim(plain(source, 3))}  ${color(`${claimSigns[verdict]} ${verdict.padEnd(9)}`)}  ${first}`,
    ...rest.map((line) => indent + line),
    // What is true instead is the point of a claim that does not stand as it was made.
    ...(note && verdict !== 'confirmed' ? wrap(plain(note, 400), 88, indent).map((line) => paint.dim(line)) : []),
  ]
}
