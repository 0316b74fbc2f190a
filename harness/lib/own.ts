/** The value of an object's own key; undefined for a key that every object has, such as `constructor`. */
export const own = <T>(of: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined

/** An object for names that a host chooses: it has no keys but these, and any name can be one. */
export const dictionary = <T>(entries: Iterable<readonly [string, T]> = []): Record<string, T> =>
  Object.assign(Object.create(null), Object.fromEntries(entries))
