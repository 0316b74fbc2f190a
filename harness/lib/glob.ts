/** A pattern as a regular expression over a whole name: `*` is any text, `?` one character, all else itself. */
export function glob(pattern: string): RegExp {
  const [first, ...rest] = pattern.split(/\*+/).map(escapeLiteral)
  const last = rest.pop()
  if (last === undefined) return new RegExp(`^${first}$`, 'su')
  // What stands between two stars is taken where it occurs first and never again, or many stars would take for ever.
  const middle = rest.map((part, index) => `(?=(.*?${part}))\\${index + 1}`)
  return new RegExp(`^${first}${middle.join('')}.*${last}$`, 'su')
}

const escapeLiteral = (text: string): string => text.replace(/[\\^$.+()[\]{}|/]/g, '\\$&').replaceAll('?', '.')
