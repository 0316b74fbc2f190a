import type { Mark } from './build.ts'
import type { Station } from './trace.ts'

/** The places that a packet came to, in order, and what is to be said of each. */
export class Marks {
  readonly all: Mark[] = []

  get last(): Mark | undefined {
    return this.all.at(-1)
  }

  push(mark: Mark): void {
    this.all.push(mark)
  }

  /** Adds a place; several hooks of one place are one mark. */
  note(mark: Mark): void {
    const { last } = this
    if (last?.way !== mark.way || last.location !== mark.location) {
      this.push(mark)
      return
    }
    last.rules = [...(last.rules ?? []), ...(mark.rules ?? [])]
    if (mark.message !== 'let through') last.message = mark.message
  }

  /** Ends the way at the last mark of a place, or at a new one where it has none. */
  endAt(way: Station['way'], location: Station['location'], message: string): void {
    const at = this.all.findLastIndex((mark) => mark.way === way && mark.location === location)
    if (at < 0) {
      this.push({ way, location, message })
      return
    }
    this.cut(at + 1)
    this.last!.message = message
  }

  /** Ends the way at the last mark, which is of this place from now on or gets this one behind it. */
  closeAt(way: Station['way'], location: Station['location'], message: string): void {
    if (this.last?.way === way && this.last.location === location) this.last.message = message
    else this.push({ way, location, message })
  }

  /** Leaves so many marks. */
  cut(length: number): void {
    this.all.length = length
  }
}
