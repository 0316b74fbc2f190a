import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { collectorVersion } from '../evidence/collector-version.ts'
import { providerNames } from '../hosts/index.ts'
import { ownFolder } from '../hosts/own-folder.ts'
import { exit, LabError } from '../lib/errors.ts'
import { harnessDir, type Recording, readRecordings } from '../recordings/map.ts'
import { isStale } from '../recordings/stale.ts'
import { allCells } from '../registry.ts'
import { matches } from '../scenario/select.ts'
import { wholeNumber } from '../schedule/room.ts'
import { parse } from './parse.ts'
import { oneOf } from './run.ts'

/**
 * `npm run evidence <cell or path>...`: makes the hosts of recorded bundles again and replaces the bundles with new
 * ones. Exit 2 where one could not be recorded.
 */
export default async function evidence(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('evidence', args)
  if (values.provider) oneOf('--provider', values.provider, providerNames)
  const jobs = values.jobs === undefined ? undefined : wholeNumber('--jobs', values.jobs, 1)
  const everything = values.all || values.stale
  if (everything === positionals.length > 0)
    throw new LabError('usage', 'name cells or recorded bundles, or use --all or --stale', {
      hint: 'such as npm run evidence debian12-firewalld-zone; harness/evidence/recordings.yaml lists the bundles',
    })
  const cells = allCells()
  const into = values.into === undefined ? harnessDir : resolve(values.into)
  const version = collectorVersion()
  const chosen = everything ? readRecordings() : choose(readRecordings(), positionals)
  const wanted = values.stale ? chosen.filter((each) => isStale(each, into, version)) : chosen
  const recordings = wanted.filter((each) => !('elsewhere' in each))
  if (recordings.length < wanted.length)
    console.error(
      `${wanted.length - recordings.length} come from scripts kept elsewhere: npm run field <their folder> -- --record <folder>`,
    )
  const [{ recordAll }, { closeProviders }, { sweepEverything }] = await Promise.all([
    import('../recordings/record-all.ts'),
    import('../hosts/index.ts'),
    import('../hosts/sweep.ts'),
  ])
  await sweepEverything({ kept: false })
  const logs = ownFolder()
  let count = 0
  let missed: { path: string; why: string }[] = []
  try {
    missed = await recordAll(recordings, {
      cells,
      into,
      logs,
      signal,
      progress: (name, line) => console.error(`${name}: ${line}`),
      ended: (each) =>
        console.log(
          `${++count} of ${recordings.length}: ${each.path}${'why' in each ? `: not recorded: ${each.why}` : ''}`,
        ),
      ...(values.provider !== undefined && { provider: values.provider }),
      ...(jobs !== undefined && { jobs }),
    })
    if (missed.length > 0) console.error(`${missed.length} not recorded; the logs of their hosts are in ${logs}`)
    return missed.length === 0 ? exit.passed : exit.broken
  } finally {
    await closeProviders()
    if (missed.length === 0) await rm(logs, { recursive: true, force: true })
  }
}

/** The recordings of cells that match a pattern, else those whose path contains it. Throws LabError `no-match`. */
function choose(recordings: readonly Recording[], patterns: readonly string[]): Recording[] {
  const cells = allCells().filter(({ name }) => recordings.some(({ cell }) => cell === name))
  const named = patterns.flatMap((pattern) => {
    const names = cells.filter(matches(pattern)).map(({ name }) => name)
    if (names.length > 0) return recordings.filter(({ cell }) => names.includes(cell))
    const found = recordings.filter(({ path }) => path.includes(pattern))
    if (found.length > 0) return found
    throw new LabError('no-match', `no recorded bundle matches ${pattern}`, {
      hint: 'harness/evidence/recordings.yaml lists them',
    })
  })
  return [...new Set(named)]
}
