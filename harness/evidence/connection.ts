/** A connection as conntrack tells of it. */
export interface Connection {
  /** Who spoke first, to whom. */
  source: string
  destination: string
  /** Where the reply is due: the source, unless that was translated. */
  replyTo: string
  answered: boolean
  line: string
}

/** Reads the lines of `conntrack -L`; those of other forms are left out. */
export function readConnections(lines: readonly string[]): Connection[] {
  return lines.flatMap((line) => {
    const [source, replySource] = [...line.matchAll(/\bsrc=(\S+)/g)].map(([, address]) => address!)
    const [destination, replyTo] = [...line.matchAll(/\bdst=(\S+)/g)].map(([, address]) => address!)
    if (!source || !replySource || !destination || !replyTo) return []
    return [{ source, destination, replyTo, answered: !line.includes('[UNREPLIED]'), line }]
  })
}
