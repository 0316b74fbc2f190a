/** A container that is to be in another's network namespace. */
export interface JoinedContainer {
  name: string
  /** The other's name or ID, as the container was made with it. */
  other: string
  /** It is in a namespace that the other does not have: the other was started again, or is gone. */
  apart: boolean
}

/** Reads lines `NAME OTHER same` and `NAME OTHER apart`. */
export const readJoinedNamespaces = (lines: readonly string[]): JoinedContainer[] =>
  lines.flatMap((line) => {
    const [, name, other, state] = /^(\S+) (\S+) (same|apart)$/.exec(line) ?? []
    return name && other ? [{ name, other, apart: state === 'apart' }] : []
  })
