import type { Mark } from './build.ts'
import type { Station } from './trace.ts'

/** The locations that a packet came to, in order, with a message for each. */
export class Marks {
  readonly all: Mark[] = []

  get last(): Mark | undefined {
    return this.all.at(-1)
  }

  push(mark: Mark): void {
    this.all.push(mark)
  }

  /** Adds a location; several hooks of one location share a mark. */
  note(mark: Mark): void {
    const { last } = this
    if (last?.way !== mark.way || last.location !== mark.location) {
      this.push(mark)
      return
    }
    last.rules = [...(last.rules ?? []), ...(mark.rules ?? [])]
    if (!mark.letThrough) last.message = mark.message
  }

  /** Ends the path at a location's last mark, or at a new mark where it has none. */
  endAt(way: Station['way'], location: Station['location'], message: string): void {
    const at = this.all.findLastIndex((mark) => mark.way === way && mark.location === location)
    if (at < 0) {
      this.push({ way, location, message })
      return
    }
    this.cut(at + 1)
    this.last!.message = message
  }

  /** Ends the path at this location: at the last mark if that is here, otherwise at a new one. */
  closeAt(way: Station['way'], location: Station['location'], message: string): void {
    if (this.last?.way === way && this.last.location === location) this.last.message = message
    else this.push({ way, location, message })
  }

  /** Keeps only the first marks. */
  cut(length: number): void {
    this.all.length = length
  }
}
