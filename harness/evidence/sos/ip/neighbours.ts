const states = ['INCOMPLETE', 'REACHABLE', 'STALE', 'DELAY', 'PROBE', 'FAILED', 'NOARP', 'PERMANENT', 'NONE']

/** The text of `ip neigh show`, with statistics or without, as `-j` prints it. Throws where a line is none. */
export const neighboursAsJson = (text: string): string =>
  JSON.stringify(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const [, dst, dev] = line.match(/^(\S+) (?:dev (\S+))?/) ?? []
        const state = line
          .trim()
          .split(/\s+/)
          .filter((word) => states.includes(word))
        const [, lladdr] = line.match(/ lladdr (\S+)/) ?? []
        if (!dst || !dev || !/^[0-9a-f.:]+$/i.test(dst)) throw new TypeError(`not a neighbour: ${line.slice(0, 80)}`)
        return { dst, dev, ...(lladdr !== undefined && { lladdr }), state }
      }),
  )
