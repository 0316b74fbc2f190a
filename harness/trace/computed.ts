import type { Facts } from '../evidence/facts.ts'
import type { Death, Walk } from '../simulate/index.ts'
import { walkOf } from './by-rules.ts'
import type { Flow } from './trace.ts'

/** What the simulator knows of a packet that was really sent, for places where no rule shows what became of it. */
export class Computed {
  private readonly walk: Walk

  constructor(flow: Flow, facts: Facts) {
    this.walk = walkOf(flow, facts)
  }

  /** The death at one of these places, if that is where the packet dies, and not by a rule. */
  deathAt(way: Death['way'], ...places: Death['place'][]): Death | undefined {
    const { death } = this.walk
    return death && death.way === way && places.includes(death.place) && !death.rule ? death : undefined
  }

  /** What stops it before the first hook of IP. */
  get early(): Death | undefined {
    const { death } = this.walk
    return death?.way === 'out' && (death.place === 'container' || death.place === 'bridge') ? death : undefined
  }

  /** What certainly ends it or its answer on the uplink, where no hook of IP sees that. */
  get onUplink(): Death | undefined {
    const { death, end } = this.walk
    return end === 'dies' && death?.place === 'uplink' ? death : undefined
  }

  /** What on a device may have stopped an answer that was not seen; empty where nothing may. */
  doubtOf(device: string): string {
    const doubt = this.walk.doubts.find(({ key }) => key === `ingress of ${device}` || key === `egress of ${device}`)
    return doubt ? `; or it was stopped on ${device}: ${doubt.says}` : ''
  }

  /** The route by a device, in words; undefined where the packet is not computed to take it. */
  routeBy(device: string): string | undefined {
    const step = this.walk.path.find(({ way, place }) => way === 'out' && place === 'routing')
    return step?.says.includes(`dev ${device}`) ? step.says : undefined
  }
}
