// Methods that the sources use and Node 18 lacks. They work as in later releases, and are added only where they are
// missing.
const missing = {
  toSorted<T>(this: T[], compare?: (a: T, b: T) => number): T[] {
    return [...this].sort(compare)
  },
  toReversed<T>(this: T[]): T[] {
    return [...this].reverse()
  },
  toSpliced<T>(this: T[], ...args: [number, number, ...T[]]): T[] {
    const copy = [...this]
    copy.splice(...args)
    return copy
  },
  with<T>(this: T[], index: number, value: T): T[] {
    const at = index < 0 ? this.length + index : index
    if (at < 0 || at >= this.length) throw new RangeError(`Invalid index : ${index}`)
    const copy = [...this]
    copy[at] = value
    return copy
  },
}

for (const [name, value] of Object.entries(missing))
  if (!(name in Array.prototype))
    Object.defineProperty(Array.prototype, name, { value, writable: true, configurable: true })
