import type { Examination } from '../diagnosis/examine.ts'
import type { FixRecord } from '../results/record.ts'

/** The remedies that the diagnosis recommends and the scenario does not measure, as one sentence each. */
export const unmeasured = ({ findings }: Examination, uses: readonly string[]): string[] =>
  findings.flatMap(({ cause, remedies }) =>
    remedies
      .filter(({ name }) => !uses.includes(name))
      .map(({ name }) => `advice: ${name} is recommended for ${cause}, and no entry of \`fixes\` measures it`),
  )

/**
 * Where a measured procedure contradicts the advice on its host, as one sentence each. If the host has one cause, a
 * recommended remedy has to cure it. If it has several, the remedy has to end its own cause and may not worsen
 * anything. What is advised against or deferred may not cure.
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
      (complaint) => `advice: ${name} is recommended, but ${complaint}`,
    ),
    ...(recommending.length > 0 && findings.length === 1 && observed !== 'cures'
      ? [`advice: ${name} is recommended for ${findings[0]!.cause}, but its measured effect is ${observed}`]
      : []),
    ...(recommending.length > 0 && findings.length > 1 && observed === 'worsens'
      ? [`advice: ${name} is recommended, but its measured effect is worsens`]
      : []),
    ...(findings.length > 1 ? left : []).map(
      ({ cause }) => `advice: ${name} is recommended for ${cause}, but does not end it`,
    ),
    ...against
      .filter(() => observed === 'cures' && recommending.length === 0)
      .map(({ cause }) => `advice: ${name} is advised against for ${cause}, but its measured effect is cures`),
  ]
}
