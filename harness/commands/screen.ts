/** How progress is written on standard error: in colour on a terminal, and redrawn there unless CI reads it. */
export function screen(): { color: boolean; live: boolean } {
  const isTerminal = process.stderr.isTTY === true
  return { color: isTerminal && !process.env.NO_COLOR, live: isTerminal && !process.env.CI }
}
