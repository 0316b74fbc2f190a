// How long every processor has to be at it. A kernel that boots leaves all but one of them at rest; a host at work is in
// its programs.
const patienceMs = 30_000

/**
 * Notices an emulated machine that stands still: a kernel writes over its own code as it boots, by way of a breakpoint, and
 * an emulator that translates the breakpoint while the instruction after it is being written keeps it for ever. Whoever
 * comes by takes it again and again. Source: QEMU 8.1, "accel/tcg: Always lock pages before translation".
 */
export class Standstill {
  private readonly ask: () => Promise<string>
  private readonly now: () => number
  private since: number | undefined

  /** `ask` gives what QEMU's monitor says of the registers of all processors; `now` is in ms. */
  constructor(ask: () => Promise<string>, now: () => number = Date.now) {
    this.ask = ask
    this.now = now
  }

  /** Looks once more; true where no look of the last half minute has seen a processor at rest, or out of the kernel. */
  async look(): Promise<boolean> {
    const busy = allInKernel(await this.ask())
    if (!busy) this.since = undefined
    else this.since ??= this.now()
    return this.since !== undefined && this.now() - this.since >= patienceMs
  }

  /** Begins anew. */
  reset(): void {
    this.since = undefined
  }
}

/** Whether every processor is at work, and in the kernel. Source: QEMU, target/i386/cpu-dump.c. */
function allInKernel(registers: string): boolean {
  const processors = registers.split(/^CPU#/m).slice(1)
  return processors.length > 0 && processors.every((words) => /\bCPL=0\b/.test(words) && /\bHLT=0\b/.test(words))
}
