/** Something that was made for an image, and has an end. */
interface Kept {
  image: string
  end(): Promise<void>
}

/**
 * Machines between two cells: the next host of an image goes on with one of them, taken back to how it came up. They hold
 * their memory all the while, so that those of other images end before a new one is made.
 */
export class Resting<M extends Kept> {
  private machines: M[] = []
  private closed = false

  /** Lets a machine rest; once this is closed, ends it. */
  async add(machine: M): Promise<void> {
    if (this.closed) await machine.end()
    else this.machines.push(machine)
  }

  /** A machine of an image, no longer at rest; undefined where there is none, and then none is left of another image. */
  async take(image: string): Promise<M | undefined> {
    const found = this.machines.find((machine) => machine.image === image)
    const over = found ? [] : this.machines
    this.machines = found ? this.machines.filter((machine) => machine !== found) : []
    await Promise.all(over.map((machine) => machine.end()))
    return found
  }

  /** Ends all that rest, and all that come to rest from now on. */
  async close(): Promise<void> {
    this.closed = true
    await Promise.all(this.machines.splice(0).map((machine) => machine.end()))
  }
}
