/** A list that grows at its end without being copied: many ways share their beginnings. */
export interface Trail<T> {
  readonly last: T
  readonly before: Trail<T> | undefined
}

/** All items of a trail, the first one first. */
export function itemsOf<T>(trail: Trail<T> | undefined): T[] {
  const items: T[] = []
  for (let at = trail; at; at = at.before) items.push(at.last)
  return items.reverse()
}
