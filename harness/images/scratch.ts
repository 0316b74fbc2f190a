import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { asRoot } from './namespace.ts'

const scratchPrefix = '/var/tmp/dockfault-'

/** The folder for the large temporary files of a running build; it is removed with the build's own folder. */
export const scratchOf = (work: string): string => readFileSync(join(work, 'scratch'), 'utf8')

/** Makes that folder outside the cache, because a user namespace may not be able to enter this user's home. */
export async function makeScratch(work: string): Promise<void> {
  const scratch = `${scratchPrefix}${randomBytes(6).toString('hex')}`
  // Its name is recorded before it is there, so that it can be found however early this process dies.
  await writeFile(join(work, 'scratch'), scratch)
  await mkdir(scratch)
  await chmod(scratch, 0o755)
}

/** Removes that folder, if there is one. */
export async function dropScratch(work: string): Promise<void> {
  const scratch = await readFile(join(work, 'scratch'), 'utf8').catch(() => '')
  if (scratch.startsWith(scratchPrefix)) await removeAll(scratch)
  await rm(join(work, 'scratch'), { force: true })
}

/** Removes a build and its temporary files. */
export async function remove(dir: string): Promise<void> {
  await dropScratch(dir)
  await removeAll(dir)
}

// Files of an unprivileged build belong to subordinate ids: only a user namespace with these ids can remove them.
async function removeAll(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true }).catch(async () => {
    const [command, ...args] = [...asRoot(), 'rm', '-rf', dir]
    await execa(command!, args)
  })
}
