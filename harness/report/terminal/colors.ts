import pc from 'picocolors'
import type { Paint } from './paint.ts'

/**
 * Colours for what is printed to a stream, and its width where it is a terminal. There are none in a pipe, on a dumb
 * terminal, or where NO_COLOR is set.
 */
export function colorsFor(stream: { isTTY?: boolean; columns?: number }): Paint {
  const paint = pc.createColors(stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb')
  return { ...paint, ...(stream.isTTY && stream.columns && { columns: stream.columns }) }
}
