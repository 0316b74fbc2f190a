import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { BuildOptions } from '../../images/cache.ts'
import type { PublicImage } from '../../images/public.ts'
import { imagesRoot } from '../../images/recipe.ts'
import { LabError } from '../../lib/errors.ts'
import { clean, exported } from '../../lib/text.ts'
import type { BareContainer } from './bare-container.ts'

/** The options to make a host from a public image. `report` prints a step with the time since the first. */
export interface Provisioning extends BuildOptions {
  image: PublicImage
  report: (line: string) => void
}

/** The script that runs after all others. */
export const settle = join(imagesRoot, 'common', 'settle.sh')

// Enough for the packages of a whole distribution over a slow line.
const deadlineMs = 1_800_000

/** Runs a script of a public image as root, with its settings. Throws LabError `image` with its last output. */
export async function runScript(
  container: BareContainer,
  file: string,
  { image, report }: Provisioning,
): Promise<void> {
  const name = basename(file)
  report(name)
  const text = `exec 2>&1\n${exported(image.settings)}${await readFile(file, 'utf8')}`
  const { code, stdout } = await container.exec(text, { deadlineMs })
  if (code === 0) return
  const words = clean(stdout).trim().split('\n').slice(-12).join('\n')
  throw new LabError('image', `${image.name}: ${name} failed (exit ${code})\n${words}`)
}
