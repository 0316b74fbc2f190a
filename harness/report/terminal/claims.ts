import type { ClaimRecord } from '../../results/detector-record.ts'
import { claimSigns, tally } from '../words.ts'
import { type Paint, plain, wrap } from './paint.ts'

const order = ['confirmed', 'narrowed', 'refuted', 'untested'] as const

/** The claims of the write-ups that this run tested, as lines for a terminal. Of many, only those not confirmed. */
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
    ...(shown.length < tested.length ? [paint.dim('  the report lists the confirmed ones')] : []),
  ]
}

function lines({ source, verdict, claim, note }: ClaimRecord, paint: Paint): string[] {
  const color = { confirmed: paint.green, narrowed: paint.yellow, refuted: paint.red, untested: paint.dim }[verdict]
  const [first = '', ...rest] = wrap(plain(claim, 300), 88, '')
  const indent = ' '.repeat(20)
  return [
    `  ${paint.dim(plain(source, 3))}  ${color(`${claimSigns[verdict]} ${verdict.padEnd(9)}`)}  ${first}`,
    ...rest.map((line) => indent + line),
    // The note explains what is true instead, so it is shown only for claims that are not confirmed.
    ...(note && verdict !== 'confirmed' ? wrap(plain(note, 400), 88, indent).map((line) => paint.dim(line)) : []),
  ]
}
