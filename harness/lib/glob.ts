/** A pattern as a regular expression over a whole name: `*` is any text, `?` one character, all else itself. */
export const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.split(/\*+/).map(escapeLiteral).join('.*')}$`, 'u')

const escapeLiteral = (text: string): string => text.replace(/[\\^$.+()[\]{}|/]/g, '\\$&').replaceAll('?', '.')
