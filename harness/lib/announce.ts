type Show = (line: string) => void

const toStderr: Show = (line) => void process.stderr.write(`${line}\n`)
const shows: Show[] = []

/** Prints a line that stays, for what a user has to know: what is being done to this machine, and why. */
export function announce(line: string): void {
  const show = shows.at(-1) ?? toStderr
  show(line)
}

/** Announcements go to `show`, which knows what else is on the screen, until the returned function is called. */
export function showAnnouncements(show: Show): () => void {
  shows.push(show)
  return () => {
    const at = shows.lastIndexOf(show)
    if (at >= 0) shows.splice(at, 1)
  }
}
