import { once } from 'node:events'
import { open } from './lines.ts'

const leave = 0x1d // Ctrl-]

/** Connects this terminal to a guest's console socket until the person types Ctrl-] or the guest ends. */
export async function joinTerminal(path: string, resize: (rows: number, columns: number) => void): Promise<void> {
  const { stdin, stdout } = process
  const socket = await open(path)
  const measure = (): void => {
    if (stdout.isTTY) resize(stdout.rows, stdout.columns)
  }
  const type = (keys: Buffer): void => {
    const at = keys.indexOf(leave)
    if (at === -1) socket.write(keys)
    else socket.end(keys.subarray(0, at))
  }
  socket.on('error', () => socket.destroy())
  socket.pipe(stdout, { end: false })
  process.stderr.write('root shell on the host; Ctrl-] leaves it\n')
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.on('data', type)
  stdin.resume()
  stdout.on('resize', measure)
  measure()
  // The shell printed its prompt before this terminal was connected: an empty line brings another.
  socket.write('\n')
  try {
    await once(socket, 'close')
  } finally {
    stdin.off('data', type)
    stdin.pause()
    stdout.off('resize', measure)
    if (stdin.isTTY) stdin.setRawMode(false)
    process.stderr.write('\n')
  }
}
