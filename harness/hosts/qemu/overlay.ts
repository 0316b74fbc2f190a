import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { execa } from 'execa'

// An empty overlay holds the name and the size of its base and nothing else: it is the same each time.
const empty = new Map<string, Buffer>()

/**
 * Makes a disk that holds only what is written to it, over another that stays as it is. Beside that one, it knows it by its
 * mere name: their folder can be moved.
 */
export async function makeOverlay(base: string, file: string): Promise<void> {
  const isBeside = dirname(base) === dirname(file)
  const known = isBeside ? undefined : empty.get(base)
  if (known) return writeFile(file, known)
  const name = isBeside ? basename(base) : base
  await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', name, file])
  if (!isBeside) empty.set(base, await readFile(file))
}
