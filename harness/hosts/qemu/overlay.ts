import { readFile, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { execa } from 'execa'

// An empty overlay holds only the name and size of its base, so it is always the same.
const empty = new Map<string, Buffer>()

/**
 * Makes a disk that stores only what is written to it, over a base that stays unchanged. In the base's own folder, it
 * refers to the base by its name alone, so that the folder can be moved.
 */
export async function makeOverlay(base: string, file: string): Promise<void> {
  const isBeside = dirname(base) === dirname(file)
  const known = isBeside ? undefined : empty.get(base)
  if (known) return writeFile(file, known)
  const name = isBeside ? basename(base) : base
  await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', name, file])
  if (!isBeside) empty.set(base, await readFile(file))
}
