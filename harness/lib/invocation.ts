/** A program by the word that calls it; undefined where npm runs its commands as scripts, as in a clone. */
let program: string | undefined

/** Has every hint name the program by the word that called it, such as `npx dockfault`. Gives the word before it. */
export function callAs(word: string | undefined): string | undefined {
  const before = program
  program = word
  return before
}

/** The line that a user types for a command: `npm run fix x -- --apply`, or `dockfault fix x --apply`. */
export function invocation(command: string, ...words: readonly string[]): string {
  if (program !== undefined) return [program, command, ...words].join(' ')
  const option = words.findIndex((word) => word.startsWith('-'))
  const parts = option === -1 ? words : [...words.slice(0, option), '--', ...words.slice(option)]
  return [printed.includes(command) ? 'npm run -s' : 'npm run', scriptOf(command), ...parts].join(' ')
}

/** The npm script that runs a command in a clone. */
export const scriptOf = (command: string): string => (command === 'run' ? 'scenario' : command)

/** Commands whose output is kept as it is: npm would print its own lines before it. */
const printed = ['collect', 'completion']
