import type { Drop, PathStep, Walk } from '../simulate/index.ts'
import type { Station } from './trace.ts'

/** Locations where no IP hook sees a packet. */
const blindSpots: readonly Drop['location'][] = ['container', 'bridge', 'uplink', 'outside']

/** The simulated walk of a packet that was really sent, for locations where no rule shows what happened. */
export class Computed {
  readonly walk: Walk
  /** In order: a packet that was seen after the first drop may have ended at a later one. */
  private readonly drops: readonly Drop[]

  constructor(walk: Walk) {
    this.walk = walk
    this.drops = walk.drop ? [walk.drop, ...walk.masked] : []
  }

  /** The drop at one of these locations, if the simulated packet ends there without a rule. */
  dropAt(way: Drop['way'], ...locations: Drop['location'][]): Drop | undefined {
    const { drop } = this.walk
    return drop && drop.way === way && locations.includes(drop.location) && !drop.rule ? drop : undefined
  }

  /** The drop before the first IP hook. */
  get early(): Drop | undefined {
    const { drop, path } = this.walk
    if (drop?.way !== 'out' || !blindSpots.includes(drop.location)) return undefined
    return this.stepOf(drop) < indexOr(path, ({ location }) => !blindSpots.includes(location)) ? drop : undefined
  }

  /** The drop after the last hook on the way out, or before the first hook on the way back. */
  get beyond(): Drop | undefined {
    return this.drops.find((drop) => {
      if (!blindSpots.includes(drop.location)) return false
      const at = this.stepOf(drop)
      if (drop.way === 'back') return this.firstBack() > at
      // A drop in a bridge may be noted before the hooks that see what the bridge forwards.
      return at > (drop.location === 'bridge' && !drop.rule ? this.firstOut() : this.lastOut())
    })
  }

  private firstOut(): number {
    return indexOr(this.walk.path, ({ way, location }) => way === 'out' && !blindSpots.includes(location))
  }

  private lastOut(): number {
    return this.walk.path.findLastIndex(({ way, location }) => way === 'out' && !blindSpots.includes(location))
  }

  /** The drop of the answer after its last hook. */
  get home(): Drop | undefined {
    const isHome = (drop: Drop): boolean =>
      drop.way === 'back' && blindSpots.includes(drop.location) && this.stepOf(drop) > this.firstBack()
    return this.drops.find(isHome)
  }

  // Over a bridge an answer may meet only the bridge's hooks, which have the same names.
  private firstBack(): number {
    return indexOr(
      this.walk.path,
      ({ way, location }) => way === 'back' && (location === 'prerouting' || location === 'output'),
    )
  }

  /** Whether the drop is certain. */
  isCertain(): boolean {
    return this.walk.end === 'dies'
  }

  /** Why the drop is not certain. */
  get doubt(): string {
    return this.walk.doubts
      .map(({ message }) => message)
      .slice(0, 2)
      .join(' ')
  }

  /** The route by a device ('': by any), in words; undefined where the simulated packet takes another one. */
  routeBy(way: Station['way'], device: string): string | undefined {
    const step = this.walk.path.find((each) => each.way === way && each.location === 'routing')
    return step?.output !== undefined && (device === '' || step.output === device) ? step.message : undefined
  }

  private stepOf({ way, location, step }: Drop): number {
    return step ?? this.walk.path.findIndex((each) => each.way === way && each.location === location)
  }
}

const indexOr = (path: readonly PathStep[], matches: (step: PathStep) => boolean): number => {
  const index = path.findIndex(matches)
  return index < 0 ? path.length : index
}
