import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../lib/errors.ts'
import type { BuildOptions } from './cache.ts'
import { buildProgram, findPacked, findProgram, packProgram } from './program.ts'
import { imagesRoot, loadPackageRecipe } from './recipe.ts'

/** The nft program of one version of iptables. */
export interface IptablesBuild {
  /** One static program; or an archive `.tar` of it with its libraries, extensions and loader. */
  file: string
  /** Where it comes from, where that is not the release itself. */
  note?: string
}

const nameOf = (version: string): string => `iptables-${version}`
const has = (version: string, recipe: string): boolean => existsSync(join(imagesRoot, nameOf(version), recipe))

/** Whether there is a recipe for a version. A version of a package, as `1.8.11-2`, has one too. */
export const hasIptables = (version: string): boolean => has(version, 'build.yaml') || has(version, 'package.yaml')

/**
 * Makes the nft program of a version: from the release that a Debian source archive holds; where that cannot be had, the
 * one of Debian's package of that release. Throws LabError `image` where neither can be had.
 */
export async function buildIptables(version: string, options: BuildOptions): Promise<IptablesBuild> {
  const name = nameOf(version)
  if (!has(version, 'build.yaml')) return { file: await packProgram(name, options), note: packageNote(name) }
  try {
    return { file: await buildProgram(name, options) }
  } catch (error) {
    options.signal.throwIfAborted()
    if (!has(version, 'package.yaml')) throw error
    const reason = messageOf(error).split('\n')[0]!.replace(`${name}: `, '')
    options.progress(`${name}: ${reason}; taking Debian’s package of that release`)
    return { file: await packProgram(name, options), note: `${packageNote(name)}, because ${reason}` }
  }
}

/** The same, if the cache has it. */
export async function findIptables(version: string): Promise<string | undefined> {
  const name = nameOf(version)
  const program = has(version, 'build.yaml') ? await findProgram(name) : undefined
  return program ?? (has(version, 'package.yaml') ? await findPacked(name) : undefined)
}

function packageNote(name: string): string {
  const { version, suite } = loadPackageRecipe(name)
  return `Debian’s package ${version} (${suite})`
}
