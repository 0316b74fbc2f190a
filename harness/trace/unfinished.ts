import { type Answer, isHalf } from './answer.ts'
import type { Ending } from './build.ts'
import { deathEnding } from './by-rules.ts'
import type { Context } from './context.ts'
import type { TracedPacket } from './events.ts'
import { Marks } from './marks.ts'
import { pass } from './passage.ts'

/** The ending of a connection that was made, and that came to nothing all the same. */
export const unfinished = (context: Context, answer: Answer, closing: TracedPacket | undefined): Ending =>
  isHalf(answer) ? broken(context, closing) : mute(context)

/** The connection was made; what follows, which rules see as another state, did not get through. */
function broken(context: Context, closing: TracedPacket | undefined): Ending {
  const { computed, facts, marks } = context
  const once = (summary: string): string => `once the connection is made, ${summary}`
  if (closing) {
    const own = new Marks()
    for (const mark of marks.all.filter(({ way, place }) => way === 'out' && place === 'container').slice(0, 1))
      own.push(mark)
    const died = pass({ ...context, marks: own }, 'out', closing, '')
    if (died) {
      marks.cut(0)
      for (const mark of own.all) marks.push(mark)
      return { ...died, summary: once(died.summary) }
    }
  }
  const known = computed.walk.death
  if (known?.rule && computed.isCertain()) {
    const ending = deathEnding(known, facts)
    const at = marks.all.findLastIndex(({ way, place }) => way === known.way && place === known.place)
    if (at >= 0) marks.cut(at + 1)
    else marks.push({ way: known.way, place: known.place, says: ending.summary })
    return ending
  }
  return { end: 'unclear', summary: once('what follows is not answered, and no rule that was seen stops it') }
}

/** Small packets pass, and the answer to a question that takes large ones does not come. */
function mute({ computed, facts, flow, marks }: Context): Ending {
  const { death } = computed.walk
  if (death?.end !== 'too-large')
    return { end: 'unclear', summary: `${flow.address} was asked for more, and has not answered that` }
  const summary = `no large answer comes, and small ones do: ${deathEnding(death, facts).summary}`
  const at = marks.all.findIndex(({ way }) => way === 'back')
  if (death.way === 'back' && at >= 0) marks.cut(at)
  marks.push({ way: death.way, place: death.place, says: summary })
  return { end: 'too-large', summary }
}
