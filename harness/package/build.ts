import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Metafile } from 'esbuild'
import { toolCompletion } from '../commands/completion.ts'
import { shells } from '../commands/completion-script.ts'
import { version } from '../lib/version.ts'
import { bundle, packagesIn } from './bundle.ts'
import { manual } from './manual.ts'
import { harness } from './sources.ts'
import { writeTypes } from './types.ts'

const root = dirname(harness)

/** The file names by which each shell finds the completion of a command. */
export const completionFiles = { bash: 'dockfault.bash', zsh: '_dockfault', fish: 'dockfault.fish' } as const

/**
 * Makes the package in `dist`, which it empties first. `npm pack` ships that folder, and the Debian package contains
 * it. Gives the inputs of each bundle.
 */
export async function buildPackage(dist: string): Promise<{ tool: Metafile; library: Metafile }> {
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(join(dist, 'completions'), { recursive: true })
  const [tool, library] = await Promise.all([
    bundle('tool', join(dist, 'dockfault.js')),
    bundle('library', join(dist, 'index.js')),
    writeTypes(dist),
  ])
  chmodSync(join(dist, 'dockfault.js'), 0o755)
  const manifest = manifestOf(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>)
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  writeFileSync(join(dist, 'dockfault.1'), manual(version))
  for (const shell of shells)
    writeFileSync(join(dist, 'completions', completionFiles[shell]), `${toolCompletion(shell)}\n`)
  copyFileSync(join(harness, 'evidence/collect.sh'), join(dist, 'collect.sh'))
  copyFileSync(join(harness, 'package/README.md'), join(dist, 'README.md'))
  cpSync(join(root, 'LICENSE'), join(dist, 'LICENSE'))
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES'), licensesOf([...packagesIn(tool), ...packagesIn(library)]))
  return { tool, library }
}

/** The manifest of the package, from the clone's: without dependencies and scripts. */
const manifestOf = ({ license, author, repository, homepage }: Record<string, unknown>): Record<string, unknown> => ({
  name: 'dockfault',
  version,
  description: 'Finds out why the containers of a Linux host have no network, and what repairs it',
  keywords: ['docker', 'network', 'iptables', 'nftables', 'firewalld', 'diagnosis'],
  license,
  ...(author !== undefined && { author }),
  ...(repository !== undefined && { repository }),
  ...(homepage !== undefined && { homepage }),
  type: 'commonjs',
  bin: { dockfault: 'dockfault.js' },
  man: './dockfault.1',
  main: './index.js',
  types: './index.d.ts',
  exports: {
    '.': { types: './index.d.ts', default: './index.js' },
    './collect.sh': './collect.sh',
    './package.json': './package.json',
  },
  engines: { node: '>=18' },
})

/** The licences of the libraries of which the bundles contain parts. */
const licensesOf = (names: readonly string[]): string =>
  [...new Set(names)]
    .sort()
    .map((name) => {
      const folder = join(root, 'node_modules', name)
      const { version: its } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
      return `${name} ${its}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`
    })
    .join(`\n${'-'.repeat(78)}\n\n`)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = resolve(process.argv[2] ?? join(root, 'dist'))
  await buildPackage(dist)
  console.error(`made the package ${dist}; for its tarball: npm pack ${dist}`)
}
