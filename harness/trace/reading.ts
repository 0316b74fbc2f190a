import type { Facts } from '../evidence/facts.ts'
import type { Walk } from '../simulate/index.ts'
import { type Answer, isAnswered, isHalf, isMute, isRefused } from './answer.ts'
import { arrive } from './arrival.ts'
import { buildTrace, type Ending } from './build.ts'
import { Computed } from './computed.ts'
import type { Context } from './context.ts'
import { early } from './early.ts'
import type { FlowPackets } from './follow.ts'
import { isSeenByPortAlone } from './hidden-from-ip.ts'
import { Marks } from './marks.ts'
import { misrouted } from './misrouted.ts'
import { notTaken } from './not-taken.ts'
import { pass } from './passage.ts'
import { refused } from './refused.ts'
import { containerOf, type Flow, senderOf, type Trace } from './trace.ts'
import { unanswered } from './unanswered.ts'
import { unfinished } from './unfinished.ts'

/**
 * The trace of packets that were seen, location by location. `counted` holds the legacy rules whose counters have
 * grown; `walk` is the simulation of the same flow.
 */
export function readPackets(
  flow: Flow,
  facts: Facts,
  counted: readonly string[],
  walk: Walk,
  packets: FlowPackets,
  answer: Answer,
): Trace {
  const marks = new Marks()
  const context: Context = { flow, facts, counted, computed: new Computed(walk), marks }
  const ending = endingOf(context, packets, answer)
  return buildTrace(flow, 'packets', marks.all, ending)
}

function endingOf(context: Context, { out, back, closing }: FlowPackets, answer: Answer): Ending {
  const { flow, facts, marks } = context
  const isAnswer = isAnswered(answer)
  const answered: Ending = { end: 'answered', summary: `${flow.address} answers ${senderOf(flow)}` }
  begin(context, out?.first.source ?? flow.source)
  if (!out || isSeenByPortAlone(out, flow, facts)) return isAnswer ? answered : early(context, answer)
  const apart = enter(context, out.first.input, isAnswer)
  if (apart) return apart
  const died = pass(context, 'out', out, answer.route)
  const wrong = isAnswer || isAtOnce(died) ? undefined : misrouted(context, 'out', out)
  if (wrong ?? died) return (wrong ?? died)!
  arrive(context, out, isAnswer || back !== undefined)
  if (!back && !isAnswer && !isHalf(answer) && !isMute(answer)) return unanswered(context, out, answer)
  if (back && (back.first.flags & rst) !== 0 && !isRefused(answer)) return refused(context, out, true)
  if (back) {
    const lost = pass(context, 'back', back, '')
    const strayed = isAnswer || isAtOnce(lost) ? undefined : misrouted(context, 'back', back)
    if (strayed ?? lost) return (strayed ?? lost)!
  }
  if (containerOf(flow) !== undefined) marks.push({ way: 'back', location: 'container', message: senderOf(flow) })
  if (isAnswer) return answered
  if (isHalf(answer) || isMute(answer)) return unfinished(context, answer, closing)
  return isRefused(answer) ? refused(context, out) : notTaken(context, out, back, answer)
}

/** Whether a rule ended it that sees packets to any destination. */
const isAtOnce = (ending: Ending | undefined): boolean =>
  ending?.terminatingRule !== undefined && ['ingress', 'prerouting'].includes(ending.terminatingRule.hook)

// TCP’s flag of a refusal.
const rst = 0x04

function begin({ flow, marks }: Context, source: string): void {
  if (flow.from?.at === 'outside') marks.push({ way: 'out', location: 'outside', message: `from ${source}` })
  else if (containerOf(flow) !== undefined)
    marks.push({ way: 'out', location: 'container', message: `${senderOf(flow)} at ${flow.source}` })
}

/** A container's packet comes in by its bridge; by another device it is lost, because its answers take another path. */
function enter({ flow, computed, marks }: Context, input: string, isAnswer: boolean): Ending | undefined {
  if (containerOf(flow) === undefined) return undefined
  marks.push({ way: 'out', location: 'bridge', message: input || flow.bridge })
  const apart = input !== flow.bridge && !isAnswer ? computed.dropAt('out', 'bridge') : undefined
  if (!apart) return undefined
  marks.last!.message = apart.message
  return { end: apart.end, summary: apart.message }
}
