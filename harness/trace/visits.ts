import type { Decision, Step, TracedPacket } from './events.ts'
import type { TracedRule } from './trace.ts'

/** A hook that a packet came to, with those of its brackets that saw the packet. */
export interface Visit {
  family: Step['family']
  hook: Step['hook']
  /** The last bracket of the hook that saw it. */
  where: string
  input: string
  output: string
  rules: TracedRule[]
}

/** A packet's hooks in order; a decision belongs to the hook of the last bracket. */
export function visitsOf(
  { steps, decisions }: TracedPacket,
  tracedRuleFor: (decision: Decision) => TracedRule | undefined,
): Visit[] {
  const visits: Visit[] = []
  for (const [index, { family, hook, where, input, output }] of steps.entries()) {
    const last = visits.at(-1)
    const same = last?.family === family && last.hook === hook && where !== 'first'
    const visit = same ? last : { family, hook, where, input: '', output: '', rules: [] }
    if (!same) visits.push(visit)
    visit.where = where
    visit.input ||= input
    visit.output ||= output
    visit.rules.push(
      ...decisions.filter(({ after }) => after === index + 1).flatMap((each) => tracedRuleFor(each) ?? []),
    )
  }
  return visits
}
