/** One message of `vagrant … --machine-readable`. */
export interface Message {
  /** Seconds since 1970; undefined where Vagrant gave none. */
  time: number | undefined
  /** The machine it is about; empty for Vagrant itself. */
  target: string
  type: string
  data: string[]
}

/** The messages in what Vagrant printed, in order. A line that is none (a warning of Ruby's, a plugin's print) is passed over. */
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

/** What Vagrant said to people in its messages, a line each, and last its own word for what went wrong. */
export function wordsOf(messages: readonly Message[]): {
  said: string[]
  error: { name: string; text: string } | undefined
} {
  const said = messages.filter(({ type }) => type === 'ui').map(({ data }) => data.slice(1).join(',').trim())
  const failed = messages.findLast(({ type }) => type === 'error-exit')
  const [name = '', ...text] = failed?.data ?? []
  return {
    said: said.filter((line) => line !== ''),
    error: failed && { name, text: text.join(',').trim() },
  }
}

// Vagrant's own escapes: a comma in a text is %!(VAGRANT_COMMA), and line ends are written as in a C string.
const plain = (field: string): string =>
  field.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r')
