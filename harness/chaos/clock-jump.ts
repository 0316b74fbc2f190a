// Loaded before a matrix whose clock is to jump: at SIGUSR2 the process's own clock is as many ms later as
// DOCKFAULT_CHAOS_CLOCK has. The machine's clock belongs to others as well, so it stays. The time of `performance` and
// timers is that of the kernel's monotonic clock, which never jumps.
const jump = Number(process.env.DOCKFAULT_CHAOS_CLOCK ?? 0)
let offset = 0
process.on('SIGUSR2', () => {
  offset = jump
})
const RealDate = Date
class JumpingDate extends RealDate {
  constructor(...words: [] | [string | number | Date]) {
    if (words.length === 0) super(RealDate.now() + offset)
    else super(...(words as [string | number | Date]))
  }
  static override now(): number {
    return RealDate.now() + offset
  }
}
globalThis.Date = JumpingDate as DateConstructor
