/** One message of `vagrant … --machine-readable`. */
export interface Message {
  /** Seconds since 1970; undefined where Vagrant printed none. */
  time: number | undefined
  /** The machine it is about; empty for Vagrant itself. */
  target: string
  type: string
  data: string[]
}

/** The messages in Vagrant's output, in order. Other lines, such as warnings of Ruby or of a plugin, are skipped. */
export function parseMachineReadable(text: string): Message[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.replace(/\r$/, '')
    const match = /^(\d*),([^,]*),([^,]+)(?:,(.*))?$/.exec(line)
    if (!match) return []
    const [, time, target, type, rest] = match
    return [
      {
        time: time ? Number(time) : undefined,
        target: target!,
        type: type!,
        data: rest === undefined ? [] : rest.split(',').map(plain),
      },
    ]
  })
}

/** The texts for people in Vagrant's messages, a line each, and its error, if any. */
export function wordsOf(messages: readonly Message[]): {
  printed: string[]
  error: { name: string; text: string } | undefined
} {
  const printed = messages.filter(({ type }) => type === 'ui').map(({ data }) => data.slice(1).join(',').trim())
  const failed = messages.findLast(({ type }) => type === 'error-exit')
  const [name = '', ...text] = failed?.data ?? []
  return {
    printed: printed.filter((line) => line !== ''),
    error: failed && { name, text: text.join(',').trim() },
  }
}

// Vagrant escapes a comma in a text as %!(VAGRANT_COMMA), and line ends as in a C string.
const plain = (field: string): string =>
  field.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r')
