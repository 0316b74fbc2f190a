/** What is known of a run under way. */
export interface Progress {
  jobs: number
  /** Expected ms of each cell that waits. */
  waiting: readonly number[]
  /** Expected ms and ms so far of each that runs. */
  running: readonly { expected: number; elapsed: number }[]
  /** The same of each that has ended. */
  ended: readonly { expected: number; elapsed: number }[]
}

/** The ms until all cells have ended, as far as durations of the past tell; corrected by how today's cells compare. */
export function timeLeft({ jobs, waiting, running, ended }: Progress): number {
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
  // One that is past its time already tells, though not yet by how much.
  const telling = [...ended, ...running.filter(({ expected, elapsed }) => elapsed > expected)]
  const asked = sum(telling.map(({ expected }) => expected))
  const pace = asked > 0 ? Math.min(4, Math.max(0.25, sum(telling.map(({ elapsed }) => elapsed)) / asked)) : 1
  // Each slot is free when what it runs has ended; the longest of those that wait goes first.
  const slots = running.map(({ expected, elapsed }) => Math.max(0, expected * pace - elapsed))
  // What waits while others run has no room beside them, whatever the number of jobs.
  if (running.length === 0) while (slots.length < Math.max(1, jobs)) slots.push(0)
  for (const expected of waiting.toSorted((a, b) => b - a)) {
    const first = slots.indexOf(Math.min(...slots))
    slots[first] = slots[first]! + expected * pace
  }
  return Math.max(...slots)
}
