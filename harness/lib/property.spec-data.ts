import fc from 'fast-check'

const { DOCKFAULT_RUNS, DOCKFAULT_SEED } = process.env

/** How many inputs a campaign wants for each property (`npm run properties`); undefined in `npm test`. */
const campaign = DOCKFAULT_RUNS === undefined ? undefined : Number(DOCKFAULT_RUNS)

/** The parameters of a property: a few runs of a fixed seed in `npm test`, else those of the campaign. */
const parameters = (usual: number) => ({ numRuns: campaign ?? usual, seed: Number(DOCKFAULT_SEED ?? 1) })

/** Holds a property for `usual` inputs, or for as many as the campaign wants. Throws with the smallest counterexample. */
export function hold<T>(property: fc.IProperty<T>, usual: number): void {
  report(fc.check(property, parameters(usual)))
}

/** Holds an asynchronous property in the same way. */
export async function holdAsync<T>(property: fc.IAsyncProperty<T>, usual: number): Promise<void> {
  report(await fc.check(property, parameters(usual)))
}

function report<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return
  const { seed, counterexample, errorInstance } = details
  // An input may be a bundle of a megabyte.
  const shown = fc.stringify(counterexample)
  throw new Error(
    `seed ${seed}, input ${details.numRuns}: ${String(errorInstance).slice(0, 3000)}\n  with ${shown.slice(0, 3000)}${shown.length > 3000 ? ` … ${shown.length} characters` : ''}`,
    { cause: errorInstance },
  )
}

/** The time limit of a spec with properties, in ms; 0 in a campaign, which takes as long as it takes. */
export const timeLimit = campaign === undefined ? 60_000 : 0

/** Runs `work` and gives its result. Throws where it keeps the processor busy for over a second, whatever else runs. */
export function within1s<T>(work: () => T): T {
  const before = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(before)
  if (user + system > 1_000_000) throw new Error(`it takes ${Math.round((user + system) / 1000)} ms`)
  return result
}

/** A text with no change or up to four: lost, repeated, moved and inserted pieces, `pieces` among them. */
export const damaged = (base: fc.Arbitrary<string>, pieces: readonly string[]): fc.Arbitrary<string> => {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...pieces) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
  )
  const change = fc.record({
    // Small numbers are chosen often; so that they are not all at the beginning, they are spread.
    at: fc.nat(2 ** 20).map((n) => (n * 0.6180339887) % 1),
    length: fc.nat(60),
    kind: fc.constantFrom('lose', 'repeat', 'insert', 'replace', 'line-lost', 'line-twice', 'cut'),
    piece,
  })
  return fc.tuple(base, fc.array(change, { maxLength: 4 })).map(([text, changes]) =>
    changes.reduce((now, { at, length, kind, piece: inserted }) => {
      const from = Math.floor(at * now.length)
      const [head, tail] = [now.slice(0, from), now.slice(from)]
      const lineEnd = tail.indexOf('\n') + 1 || tail.length
      if (kind === 'lose') return head + tail.slice(length)
      if (kind === 'repeat') return head + tail.slice(0, length) + tail
      if (kind === 'insert') return head + inserted + tail
      if (kind === 'replace') return head + inserted + tail.slice(length)
      if (kind === 'line-lost') return head + tail.slice(lineEnd)
      if (kind === 'line-twice') return head + tail.slice(0, lineEnd) + tail
      return head
    }, text),
  )
}
