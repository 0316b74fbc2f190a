import type { Death, PathStep, Walk } from '../simulate/index.ts'
import type { Station } from './trace.ts'

/** Where no hook of IP sees a packet. */
const blindSpots: readonly Death['place'][] = ['container', 'bridge', 'uplink', 'outside']

/** What the simulator knows of a packet that was really sent, for places where no rule shows what became of it. */
export class Computed {
  readonly walk: Walk
  /** In order: a packet that was seen behind the first one may have died of another. */
  private readonly deaths: readonly Death[]

  constructor(walk: Walk) {
    this.walk = walk
    this.deaths = walk.death ? [walk.death, ...walk.masked] : []
  }

  /** The death at one of these places, if that is where the packet dies, and not by a rule. */
  deathAt(way: Death['way'], ...places: Death['place'][]): Death | undefined {
    const { death } = this.walk
    return death && death.way === way && places.includes(death.place) && !death.rule ? death : undefined
  }

  /** What stops it before the first hook of IP. */
  get early(): Death | undefined {
    const { death, path } = this.walk
    if (death?.way !== 'out' || !blindSpots.includes(death.place)) return undefined
    return this.stepOf(death) < indexOr(path, ({ place }) => !blindSpots.includes(place)) ? death : undefined
  }

  /** What ends it behind the last hook on its way out, or its answer before the first one on the way back. */
  get beyond(): Death | undefined {
    return this.deaths.find((death) => {
      if (!blindSpots.includes(death.place)) return false
      const at = this.stepOf(death)
      if (death.way === 'back') return this.firstBack() > at
      // Of a bridge it may be noted before the hooks that see what the bridge passes on.
      return at > (death.place === 'bridge' && !death.rule ? this.firstOut() : this.lastOut())
    })
  }

  private firstOut(): number {
    return indexOr(this.walk.path, ({ way, place }) => way === 'out' && !blindSpots.includes(place))
  }

  private lastOut(): number {
    return this.walk.path.findLastIndex(({ way, place }) => way === 'out' && !blindSpots.includes(place))
  }

  /** What ends the answer behind its last hook. */
  get home(): Death | undefined {
    const isHome = (death: Death): boolean =>
      death.way === 'back' && blindSpots.includes(death.place) && this.stepOf(death, 'last') > this.firstBack()
    return this.deaths.find(isHome)
  }

  // Over a bridge an answer may come to hooks of the bridge alone, which are called the same.
  private firstBack(): number {
    return indexOr(this.walk.path, ({ way, place }) => way === 'back' && (place === 'prerouting' || place === 'output'))
  }

  /** The same death, if it is certain. */
  isCertain(): boolean {
    return this.walk.end === 'dies'
  }

  /** Why it is not certain. */
  get doubt(): string {
    return this.walk.doubts
      .map(({ says }) => says)
      .slice(0, 2)
      .join(' ')
  }

  /** The route by a device, in words; undefined where the packet is not computed to take it. */
  routeBy(way: Station['way'], device: string): string | undefined {
    const step = this.walk.path.find((each) => each.way === way && each.place === 'routing')
    return step?.says.includes(`dev ${device}`) ? step.says : undefined
  }

  private stepOf({ way, place, says }: Death, which: 'first' | 'last' = 'first'): number {
    const { path } = this.walk
    const on = (matches: (step: PathStep) => boolean): number => {
      const fits = (step: PathStep): boolean => step.way === way && step.place === place && matches(step)
      return which === 'first' ? path.findIndex(fits) : path.findLastIndex(fits)
    }
    const exact = on((step) => step.says === says)
    // A place that comes twice is the one whose device is named.
    const named = exact >= 0 ? exact : on(({ device }) => device !== '' && says.includes(device))
    return named >= 0 ? named : on(() => true)
  }
}

const indexOr = (path: readonly PathStep[], matches: (step: PathStep) => boolean): number => {
  const index = path.findIndex(matches)
  return index < 0 ? path.length : index
}
