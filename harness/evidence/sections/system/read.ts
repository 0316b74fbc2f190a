/** Values by the first word of each line. */
export const readPairs = (lines: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    lines.map((line) => {
      const [name = ''] = line.split(' ')
      return [name, line.slice(name.length + 1)]
    }),
  )
