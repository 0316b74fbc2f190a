import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'
import { exit, LabError } from '../lib/errors.ts'
import { runSuite } from '../simulate/kernel/suite.ts'
import { equivalentsText, readEquivalents } from './equivalents.ts'
import { readOptions } from './options.ts'
import { changedSince, isIn, type Scope, scopesOf } from './scope.ts'
import { readSources, specsImporting } from './specs.ts'
import { type Mutant, type Row, rowOf, score, survivorsOf, tableOf } from './table.ts'
import type { Failure } from './twice.ts'

// `npm run mutants`: changes what judges, one small change at a time, and shows which changes no spec notices. Exit 1
// where they notice fewer than the config's threshold.
const root = fileURLToPath(new URL('../..', import.meta.url))
const reports = join(root, 'reports/mutants')
const config = JSON.parse(readFileSync(join(root, 'stryker.config.json'), 'utf8')) as {
  mutate: string[]
  thresholds: { break: number }
}

/** Throws LabError where a spec fails when it runs again in one process: it would fail for every mutant. */
function checkTwice(specs: readonly string[]): void {
  const args = ['--import', 'tsx', 'harness/mutants/twice.ts', ...specs]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status !== 0) throw new LabError('missing', `the specs cannot run: ${stderr.slice(-2000)}`)
  const failures = JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Failure[]
  if (failures.length === 0) return
  const list = failures.map(({ title, file, message }) => `  ${relative(root, file)}: ${title}: ${message}`)
  throw new LabError('missing', `These specs pass once and fail the second time in one process:\n${list.join('\n')}`, {
    hint: 'A mutant counts as noticed where a spec fails. Mend them: what `after` removes, `before` has to make.',
  })
}

/** Runs Stryker over one folder with the specs that import it. */
async function mutate(
  { folder, mutate }: Scope,
  sources: ReadonlyMap<string, string>,
  near: boolean,
): Promise<Mutant[]> {
  const spec = specsImporting(folder, sources).filter(
    (file) => !near || isIn(folder.endsWith('.ts') ? dirname(folder) : folder, file),
  )
  console.log(`${folder}: ${spec.length} specs`)
  checkTwice(spec)
  const results = await new Stryker({
    mutate,
    mochaOptions: { 'no-config': true, spec },
    htmlReporter: { fileName: join(reports, `${folder.replaceAll('/', '-')}.html`) },
    // This command applies the threshold itself, with equivalent mutants left out.
    thresholds: { ...config.thresholds, break: null },
  } as ConstructorParameters<typeof Stryker>[0]).runMutationTest()
  return results.map(({ fileName, location, mutatorName, replacement, status }) => {
    const file = relative(root, fileName)
    const line = (sources.get(file) ?? '').split('\n')[location.start.line - 1] ?? ''
    return { file, lineNumber: location.start.line, line, mutator: mutatorName, to: replacement ?? '', status }
  })
}

async function main(): Promise<number> {
  const { folders, since, near } = readOptions(process.argv.slice(2))
  process.chdir(root)
  const sources = readSources(root)
  const changed = since === undefined ? undefined : changedSince(since, root)
  const equivalents = readEquivalents(equivalentsText())
  const rows: Row[] = []
  mkdirSync(reports, { recursive: true })
  for (const scope of scopesOf(config.mutate, folders, changed)) {
    rows.push(rowOf(scope.folder, await mutate(scope, sources, near), equivalents))
    // After every folder, so that a campaign of hours leaves what it has found when it is stopped.
    writeFileSync(join(reports, 'survivors.txt'), `${tableOf(rows)}\n\n${survivorsOf(rows)}\n`)
  }
  if (rows.length === 0) console.log('nothing that is mutated has changed')
  else console.log(`\n${survivorsOf(rows)}\n\n${tableOf(rows)}\n`)
  const percent = score(rows)
  if (percent === undefined || percent >= config.thresholds.break) return exit.passed
  console.log(`specs notice ${percent.toFixed(1)} % of the changes; the threshold is ${config.thresholds.break} %`)
  return exit.failed
}

runSuite(main)
