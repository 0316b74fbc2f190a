import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Loader, Plugin } from 'esbuild'
import type { Cause } from '../cause/cause.ts'
import { causes } from '../causes/causes.ts'
import { LabError } from '../lib/errors.ts'
import { version } from '../lib/version.ts'

/** The folder of the sources. */
export const harness = fileURLToPath(new URL('../', import.meta.url))

/**
 * Reads the sources for a bundle that needs no other file. Files that the sources read at run time become part of it,
 * the scan for causes becomes a list, and the injections stay out.
 */
export const sources: Plugin = {
  name: 'sources',
  setup(build) {
    build.onLoad({ filter: /\/harness\/.*\.ts$/ }, async ({ path }) => {
      const name = relative(harness, path)
      return { contents: await contentsOf(name, path), loader: 'ts' satisfies Loader }
    })
    build.onLoad({ filter: /\.sh$/ }, ({ path }) => ({ contents: readFileSync(path, 'utf8'), loader: 'text' }))
  },
}

async function contentsOf(name: string, path: string): Promise<string> {
  if (name === 'causes/causes.ts') return listOfCauses()
  if (name === 'lib/version.ts') return `export const version = ${JSON.stringify(version)}`
  // With a namespace import, the bundler leaves out the parts of zod that nothing uses: most of it.
  return withFiles(readFileSync(path, 'utf8')).replace(/import \{ z \} from 'zod'/, "import * as z from 'zod'")
}

/** A source with the texts of the files that it reads, in place of the calls that read them. */
export function withFiles(source: string): string {
  const imports: string[] = []
  const contents = source.replace(
    /(?:readFile|readFileSync)\(new URL\(('[^']+'), import\.meta\.url\), 'utf8'\)/g,
    (_, path: string) => {
      imports.push(`import file${imports.length} from ${path.startsWith("'.") ? path : `'./${path.slice(1)}`}`)
      return `file${imports.length - 1}`
    },
  )
  // The imports stand at the end, so that lines keep their numbers.
  return imports.length === 0 ? source : `${contents}\n${imports.join('\n')}\n`
}

/** The text that replaces causes/causes.ts, which scans for causes at run time: an import of each. */
async function listOfCauses(): Promise<string> {
  const found = new Map<Cause, { folder: string; name: string }>()
  const folders = readdirSync(join(harness, 'causes')).filter((each) =>
    existsSync(join(harness, 'causes', each, 'cause.ts')),
  )
  for (const folder of folders) {
    const module = (await import(`../causes/${folder}/cause.ts`)) as Record<string, unknown>
    for (const [name, value] of Object.entries(module))
      if (causes.includes(value as Cause)) found.set(value as Cause, { folder, name })
  }
  const list = causes.map((cause) => {
    const source = found.get(cause)
    if (!source) throw new LabError('usage', `no cause.ts exports the cause ${cause.id}`)
    return source
  })
  return `${list.map(({ folder, name }, index) => `import { ${name} as cause${index} } from './${folder}/cause.ts'`).join('\n')}
export const causes = [${list.map((_, index) => `cause${index}`).join(', ')}]
`
}
