/** A list that grows at its end without a copy: many walks share their beginnings. */
export interface Trail<T> {
  readonly last: T
  readonly before: Trail<T> | undefined
}

/** The number of a trail's items. */
export function lengthOf<T>(trail: Trail<T> | undefined): number {
  let length = 0
  for (let at = trail; at; at = at.before) length++
  return length
}

/** All items of a trail, in order. */
export function itemsOf<T>(trail: Trail<T> | undefined): T[] {
  const items: T[] = []
  for (let at = trail; at; at = at.before) items.push(at.last)
  return items.reverse()
}
