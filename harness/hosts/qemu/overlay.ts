import { readFile, writeFile } from 'node:fs/promises'
import { execa } from 'execa'

// An empty overlay holds the name and the size of its base and nothing else: it is the same each time.
const empty = new Map<string, Buffer>()

/** Makes a disk that holds only what is written to it, over another that stays as it is. */
export async function makeOverlay(base: string, file: string): Promise<void> {
  const known = empty.get(base)
  if (known) return writeFile(file, known)
  await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, file])
  empty.set(base, await readFile(file))
}
