/** The progress of a run. */
export interface Progress {
  jobs: number
  /** Expected ms of each waiting cell. */
  waiting: readonly number[]
  /** Expected ms and elapsed ms of each running cell. */
  running: readonly { expected: number; elapsed: number }[]
  /** Expected ms and actual ms of each ended cell. */
  ended: readonly { expected: number; elapsed: number }[]
}

/** The ms until all cells have ended, estimated from past durations and the pace of this run. */
export function timeLeft({ jobs, waiting, running, ended }: Progress): number {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  // A running cell that is past its expected time counts as well, though its end is unknown.
  const known = [...ended, ...running.filter(({ expected, elapsed }) => elapsed > expected)]
  const expectedMs = sum(known.map(({ expected }) => expected))
  const pace = expectedMs > 0 ? Math.min(4, Math.max(0.25, sum(known.map(({ elapsed }) => elapsed)) / expectedMs)) : 1
  // A slot is free when its cell has ended. The longest waiting cell goes first.
  const slots = running.map(({ expected, elapsed }) => Math.max(0, expected * pace - elapsed))
  // Cells that wait while others run lack memory or processors, whatever the number of jobs.
  if (running.length === 0) while (slots.length < Math.max(1, jobs)) slots.push(0)
  for (const expected of waiting.toSorted((a, b) => b - a)) {
    const first = slots.indexOf(Math.min(...slots))
    slots[first] = slots[first]! + expected * pace
  }
  return Math.max(...slots)
}
