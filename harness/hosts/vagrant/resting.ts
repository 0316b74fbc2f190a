/** A machine of an image. */
interface Kept {
  image: string
  end(): Promise<void>
}

/**
 * Machines that rest between two cells. The next host of the same image uses one, restored to a saved state. They keep
 * their memory, so those of other images end before a new machine is made.
 */
export class Resting<M extends Kept> {
  private machines: M[] = []
  private closed = false

  /** Lets a machine rest; after `close`, ends it instead. */
  async add(machine: M): Promise<void> {
    if (this.closed) await machine.end()
    else this.machines.push(machine)
  }

  /** Takes a resting machine of an image. Gives undefined where there is none, after ending those of other images. */
  async take(image: string): Promise<M | undefined> {
    const found = this.machines.find((machine) => machine.image === image)
    const over = found ? [] : this.machines
    this.machines = found ? this.machines.filter((machine) => machine !== found) : []
    await Promise.all(over.map((machine) => machine.end()))
    return found
  }

  /** Ends all resting machines, and those that are added from now on. */
  async close(): Promise<void> {
    this.closed = true
    await Promise.all(this.machines.splice(0).map((machine) => machine.end()))
  }
}
