/** A list that grows at its end without a copy: many walks share their beginnings. */
export interface Trail<T> {
  readonly last: T
  readonly before: Trail<T> | undefined
}

/** All items of a trail, in order. */
export function itemsOf<T>(trail: Trail<T> | undefined): T[] {
  const items: T[] = []
  for (let at = trail; at; at = at.before) items.push(at.last)
  return items.reverse()
}
