import { build, type Metafile } from 'esbuild'
import { LabError } from '../lib/errors.ts'
import { harness, sources } from './sources.ts'

/** What a bundle may contain: the diagnosing half, small libraries, and lists of words that import nothing. */
const allowed = [
  /^harness\/(lib|evidence|simulate|trace|cause|diagnosis|targets|commands|package)\//,
  /^harness\/(fix\/execute|causes\/causes|causes\/[\w-]+\/(?!inject|index)[\w-]+)\.ts$/,
  /^harness\/report\/([\w-]+\.ts|terminal\/[\w-]+\.ts)$/,
  /^harness\/(scenario\/terms|probes\/probe-containers)\.ts$/,
  /^node_modules\/(zod|ipaddr\.js|picocolors)\/|^node_modules\/(tar-stream|streamx|fast-fifo|b4a|text-decoder|events-universal)\//,
]

/** The inputs of a bundle that do not belong to the tool. */
export const foreign = ({ inputs }: Pick<Metafile, 'inputs'>): string[] =>
  Object.keys(inputs).filter((path) => !allowed.some((each) => each.test(path)))

/**
 * Bundles an entry of harness/package into one JavaScript file for Node 18. Throws LabError where it contains more than
 * the tool.
 */
export async function bundle(entry: 'tool' | 'library', outfile: string): Promise<Metafile> {
  const { metafile, warnings } = await build({
    absWorkingDir: new URL('..', `file://${harness}`).pathname,
    entryPoints: [`harness/package/${entry}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node18',
    // Copied alone, the file has no package.json beside it, so Node takes it for CommonJS.
    format: 'cjs',
    charset: 'utf8',
    legalComments: 'none',
    minifySyntax: true,
    metafile: true,
    logLevel: 'silent',
    // As libraries call parts of Node itself.
    alias: { events: 'node:events', fs: 'node:fs' },
    plugins: [sources],
    ...(entry === 'tool' && { banner: { js: '#!/usr/bin/env node' } }),
  })
  const wrong = [...foreign(metafile), ...warnings.map(({ text, location }) => `${location?.file}: ${text}`)]
  if (wrong.length > 0)
    throw new LabError('usage', `the bundle of ${entry}.ts cannot stand alone`, {
      facts: { because: wrong.join(', ') },
    })
  return metafile
}

/** The npm packages of which a bundle contains parts. */
export const packagesIn = ({ inputs }: Pick<Metafile, 'inputs'>): string[] => [
  ...new Set(Object.keys(inputs).flatMap((path) => /^node_modules\/([^/]+)\//.exec(path)?.[1] ?? [])),
]
