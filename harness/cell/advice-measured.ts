import type { Examination } from '../diagnosis/examine.ts'
import type { FixRecord } from '../results/record.ts'

/** Remedies that the diagnosis recommends on a broken host and that the scenario does not measure, a sentence each. */
export const unmeasured = ({ findings }: Examination, uses: readonly string[]): string[] =>
  findings.flatMap(({ cause, remedies }) =>
    remedies
      .filter(({ name }) => !uses.includes(name))
      .map(({ name }) => `advice: ${name} is recommended for ${cause}, and no entry of \`fixes\` measures it`),
  )

/**
 * What a measured procedure shows the advice on its host to be wrong in, a sentence each. Where one cause is there, what is
 * recommended has to cure; where several are, it has to take its own away and to harm nothing. What is advised against, or
 * put off, may not cure.
 */
export function contradictions(
  { findings }: Examination,
  name: string,
  observed: FixRecord['observed'],
  after: Pick<Examination, 'findings'>,
  /** The step that failed, in words. */
  complaints: readonly string[] = [],
): string[] {
  const named = <T extends { name: string }>(list: readonly T[]): boolean => list.some((each) => each.name === name)
  const recommending = findings.filter(({ remedies }) => named(remedies))
  const against = findings.filter(({ nonFixes, deferred }) => named(nonFixes) || named(deferred))
  const left = recommending.filter(({ cause }) => after.findings.some((finding) => finding.cause === cause))
  return [
    ...(recommending.length > 0 ? complaints : []).map(
      (complaint) => `advice: ${name} is recommended, and ${complaint}`,
    ),
    ...(recommending.length > 0 && findings.length === 1 && observed !== 'cures'
      ? [`advice: ${name} is recommended for ${findings[0]!.cause}, and measures ${observed}`]
      : []),
    ...(recommending.length > 0 && findings.length > 1 && observed === 'worsens'
      ? [`advice: ${name} is recommended, and measures worsens`]
      : []),
    ...(findings.length > 1 ? left : []).map(
      ({ cause }) => `advice: ${name} is recommended for ${cause}, and leaves it`,
    ),
    ...against
      .filter(() => observed === 'cures' && recommending.length === 0)
      .map(({ cause }) => `advice: ${name} is advised against for ${cause}, and measures cures`),
  ]
}
