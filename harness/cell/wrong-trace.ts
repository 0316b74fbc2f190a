import type { Facts } from '../evidence/facts.ts'
import type { Vector } from '../fix/classify.ts'
import type { TraceExpectation } from '../scenario/schema.ts'
import { traceByRules } from '../trace/by-rules.ts'
import { isDead, type Trace } from '../trace/trace.ts'

/** Where a trace differs from the scenario, from the probe that sends the same packet, or from its own simulation. */
export function wrongTrace(
  { from, probe, trace }: { from: string; probe: string; trace: Trace },
  wanted: TraceExpectation | undefined,
  { vector, facts }: { vector: Vector; facts: Facts },
): string[] {
  const { end, at, terminatingRule } = trace
  const simulated = trace.by === 'packets' ? traceByRules(trace.flow, facts) : undefined
  const saw: TraceExpectation = {
    end,
    at: at?.location,
    way: at?.way,
    chain: terminatingRule?.chain,
    owner: terminatingRule?.owner.who,
  }
  const wrong = Object.entries(wanted ?? {}).filter(([key, value]) => saw[key as keyof TraceExpectation] !== value)
  // Without an answer of dockerd no container is known, although it may run.
  const isDrop = isDead(trace) && (end !== 'no-container' || facts.docker.answers)
  const contradicts = isDrop ? vector[probe] === 'pass' : end === 'answered' && vector[probe] === 'fail'
  return [
    ...(wrong.length > 0
      ? [
          `trace from ${from}: expected ${wrong.map(([key, value]) => `${key} ${value}`).join(', ')}, saw ${wrong
            .map(([key]) => `${key} ${saw[key as keyof TraceExpectation] ?? 'none'}`)
            .join(', ')} (${trace.summary})`,
        ]
      : []),
    ...(contradicts ? [`trace from ${from}: ${trace.summary}, but the probe ${probe} saw ${vector[probe]}`] : []),
    ...(simulated ? disagreements(trace, simulated).map((words) => `trace from ${from}: ${words}`) : []),
  ]
}

/** Where a real packet and the simulated one end differently. An unclear simulation contradicts nothing. */
function disagreements(trace: Trace, simulated: Trace): string[] {
  if (simulated.end === 'unclear') return []
  if (isDead(simulated) && trace.end === 'answered')
    return [`the packet was answered, but simulated: ${simulated.summary}`]
  // The host cannot know what happens to a packet outside.
  if (!isDead(trace) || trace.end === 'no-answer' || trace.end === 'no-container') return []
  if (!isDead(simulated)) return [`${trace.summary}, but it passes when simulated`]
  const location = ({ at }: Trace): string => `${at?.way} ${at?.location}`
  return location(trace) === location(simulated) || isSameLookup(trace, simulated)
    ? []
    : [`dropped at ${location(trace)}, but simulated at ${location(simulated)} (${simulated.summary})`]
}

/**
 * Whether one rule of a bridge ends both. Either side may have to resolve the other, by what each still knows at that
 * moment, so the rule drops ARP on the way out or on the way back.
 */
function isSameLookup(trace: Trace, simulated: Trace): boolean {
  const [one, other] = [trace.terminatingRule, simulated.terminatingRule]
  const isOnBridge = [trace, simulated].every(({ at }) => at?.location === 'bridge')
  return isOnBridge && one !== undefined && one.table === other?.table && one.rule === other.rule
}
