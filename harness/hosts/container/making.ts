import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuildOptions } from '../../images/cache.ts'
import type { PublicImage } from '../../images/public.ts'
import { imagesRoot } from '../../images/recipe.ts'
import { LabError } from '../../lib/errors.ts'
import { clean, exported } from '../../lib/text.ts'
import type { Guest } from './guest.ts'

/** What it takes to make a host of a public image; `say` tells of a step, with the time since the first. */
export interface Making extends BuildOptions {
  image: PublicImage
  say: (line: string) => void
}

/** The script that comes after all others: see there. */
export const settle = join(imagesRoot, 'common', 'settle.sh')

// Packages of a whole distribution by a slow line.
const deadlineMs = 1_800_000

/** Runs a script of a public image as root, with its settings. Throws LabError `image` with its last words. */
export async function runScript(guest: Guest, file: string, { image, say }: Making): Promise<void> {
  const name = basename(file)
  say(name)
  const text = `exec 2>&1\n${exported(image.settings)}${await readFile(file, 'utf8')}`
  const { code, stdout } = await guest.exec(text, { deadlineMs })
  if (code === 0) return
  const words = clean(stdout).trim().split('\n').slice(-12).join('\n')
  throw new LabError('image', `${image.name}: ${name} failed (exit ${code})\n${words}`)
}
