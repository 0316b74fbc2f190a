/** One check of the self-test of `iptables -C` and `-D`: the exit code that was seen, and that of a sound build. */
export interface SelfTest {
  question: string
  seen: number
  sound: number
}

/** Reads lines `QUESTION SEEN SOUND`; other lines are left out. */
export const readSelfTests = (lines: readonly string[]): SelfTest[] =>
  lines.flatMap((line) => {
    const [, question, seen, sound] = line.match(/^([a-z-]+) (\d+) (\d+)$/) ?? []
    return question ? [{ question, seen: Number(seen), sound: Number(sound) }] : []
  })
