import { type Answer, isHalf } from './answer.ts'
import type { Ending } from './build.ts'
import { dropEnding } from './by-rules.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { Marks } from './marks.ts'
import { pass } from './passage.ts'

/** The ending of a connection that was established but carried no answer. */
export const unfinished = (context: Context, answer: Answer, closing: TracedPacket | undefined): Ending =>
  isHalf(answer) ? broken(context, closing) : mute(context)

/** The connection was established, but later packets, which rules see in another state, did not get through. */
function broken(context: Context, closing: TracedPacket | undefined): Ending {
  const { computed, facts, marks } = context
  const once = (summary: string): string => `once the connection is established, ${summary}`
  if (closing) {
    const own = new Marks()
    for (const mark of marks.all.filter(({ way, location }) => way === 'out' && location === 'container').slice(0, 1))
      own.push(mark)
    const died = pass({ ...context, marks: own }, 'out', closing, '')
    if (died) {
      marks.cut(0)
      for (const mark of own.all) marks.push(mark)
      return { ...died, summary: once(died.summary) }
    }
  }
  const known = computed.walk.drop
  if (known?.rule && computed.isCertain()) {
    const ending = dropEnding(known, facts)
    const at = marks.all.findLastIndex(({ way, location }) => way === known.way && location === known.location)
    if (at >= 0) marks.cut(at + 1)
    else marks.push({ way: known.way, location: known.location, message: ending.summary })
    return ending
  }
  return { end: 'unclear', summary: once('packets get no answer, and no rule was seen to stop them') }
}

/** Small packets pass, but a large answer does not arrive. */
function mute({ computed, facts, flow, marks }: Context): Ending {
  const { drop } = computed.walk
  if (drop?.end !== 'too-large')
    return { end: 'unclear', summary: `${flow.address} did not answer a request for more data` }
  const summary = `small answers arrive, but large ones do not: ${dropEnding(drop, facts).summary}`
  const at = marks.all.findIndex(({ way }) => way === 'back')
  if (drop.way === 'back' && at >= 0) marks.cut(at)
  marks.push({ way: drop.way, location: drop.location, message: summary })
  return { end: 'too-large', summary }
}
