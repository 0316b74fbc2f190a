/** A line of a file that the host applies at boot. */
export interface BootLine {
  file: string
  line: string
}

/** Reads lines `FILE TEXT`. */
export const readBootLines = (lines: readonly string[]): BootLine[] =>
  lines.map((line) => {
    const [file = ''] = line.split(' ')
    return { file, line: line.slice(file.length + 1).trim() }
  })
