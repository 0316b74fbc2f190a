import type { Drop, PathStep, Walk } from '../simulate/index.ts'
import type { Station } from './trace.ts'

/** Where no hook of IP sees a packet. */
const blindSpots: readonly Drop['location'][] = ['container', 'bridge', 'uplink', 'outside']

/** What the simulator knows of a packet that was really sent, for places where no rule shows what became of it. */
export class Computed {
  readonly walk: Walk
  /** In order: a packet that was seen behind the first one may have died of another. */
  private readonly drops: readonly Drop[]

  constructor(walk: Walk) {
    this.walk = walk
    this.drops = walk.drop ? [walk.drop, ...walk.masked] : []
  }

  /** The death at one of these places, if that is where the packet dies, and not by a rule. */
  dropAt(way: Drop['way'], ...locations: Drop['location'][]): Drop | undefined {
    const { drop } = this.walk
    return drop && drop.way === way && locations.includes(drop.location) && !drop.rule ? drop : undefined
  }

  /** What stops it before the first hook of IP. */
  get early(): Drop | undefined {
    const { drop, path } = this.walk
    if (drop?.way !== 'out' || !blindSpots.includes(drop.location)) return undefined
    return this.stepOf(drop) < indexOr(path, ({ location }) => !blindSpots.includes(location)) ? drop : undefined
  }

  /** What ends it behind the last hook on its way out, or its answer before the first one on the way back. */
  get beyond(): Drop | undefined {
    return this.drops.find((drop) => {
      if (!blindSpots.includes(drop.location)) return false
      const at = this.stepOf(drop)
      if (drop.way === 'back') return this.firstBack() > at
      // Of a bridge it may be noted before the hooks that see what the bridge passes on.
      return at > (drop.location === 'bridge' && !drop.rule ? this.firstOut() : this.lastOut())
    })
  }

  private firstOut(): number {
    return indexOr(this.walk.path, ({ way, location }) => way === 'out' && !blindSpots.includes(location))
  }

  private lastOut(): number {
    return this.walk.path.findLastIndex(({ way, location }) => way === 'out' && !blindSpots.includes(location))
  }

  /** What ends the answer behind its last hook. */
  get home(): Drop | undefined {
    const isHome = (drop: Drop): boolean =>
      drop.way === 'back' && blindSpots.includes(drop.location) && this.stepOf(drop, 'last') > this.firstBack()
    return this.drops.find(isHome)
  }

  // Over a bridge an answer may come to hooks of the bridge alone, which are called the same.
  private firstBack(): number {
    return indexOr(
      this.walk.path,
      ({ way, location }) => way === 'back' && (location === 'prerouting' || location === 'output'),
    )
  }

  /** The same death, if it is certain. */
  isCertain(): boolean {
    return this.walk.end === 'dies'
  }

  /** Why it is not certain. */
  get doubt(): string {
    return this.walk.doubts
      .map(({ message }) => message)
      .slice(0, 2)
      .join(' ')
  }

  /** The route by a device, in words; undefined where the packet is not computed to take it. */
  routeBy(way: Station['way'], device: string): string | undefined {
    const step = this.walk.path.find((each) => each.way === way && each.location === 'routing')
    return step?.message.includes(`dev ${device}`) ? step.message : undefined
  }

  private stepOf({ way, location, message }: Drop, which: 'first' | 'last' = 'first'): number {
    const { path } = this.walk
    const on = (matches: (step: PathStep) => boolean): number => {
      const fits = (step: PathStep): boolean => step.way === way && step.location === location && matches(step)
      return which === 'first' ? path.findIndex(fits) : path.findLastIndex(fits)
    }
    const exact = on((step) => step.message === message)
    // A place that comes twice is the one whose device is named.
    const named = exact >= 0 ? exact : on(({ device }) => device !== '' && message.includes(device))
    return named >= 0 ? named : on(() => true)
  }
}

const indexOr = (path: readonly PathStep[], matches: (step: PathStep) => boolean): number => {
  const index = path.findIndex(matches)
  return index < 0 ? path.length : index
}
