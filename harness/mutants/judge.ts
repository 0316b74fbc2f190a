import { spawnSync } from 'node:child_process'
import { join, relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { LabError } from '../lib/errors.ts'
import { fingerprintOf, roundOnce } from './rounds.ts'
import { type Scope, withRanges } from './scope.ts'
import { specsImporting, splitNear } from './specs.ts'
import { isAlive, type Mutant, merged } from './table.ts'
import type { Failure } from './twice.ts'

type Sources = ReadonlyMap<string, string>

const reports = 'reports/mutants'

/** Throws LabError where a spec fails when it runs again in one process: it would fail for every mutant. */
function checkTwice(specs: readonly string[], root: string): void {
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

interface Round {
  scope: Scope
  specs: string[]
  /** Names its page and what is kept of it. */
  name: string
}

/** Runs Stryker over one scope with some specs. */
async function runStryker({ scope, specs, name }: Round, sources: Sources, root: string): Promise<Mutant[]> {
  console.log(`${scope.folder}: ${specs.length} specs`)
  checkTwice(specs, root)
  const results = await new Stryker({
    mutate: scope.mutate,
    mochaOptions: { 'no-config': true, spec: specs },
    htmlReporter: { fileName: join(root, reports, `${name}.html`) },
    // The command applies the threshold itself, with equivalent mutants left out.
    thresholds: { high: 95, low: 85, break: null },
  } as ConstructorParameters<typeof Stryker>[0]).runMutationTest()
  return results.map(({ fileName, location: { start, end }, mutatorName, replacement, status }) => {
    const file = relative(root, fileName)
    const line = (sources.get(file) ?? '').split('\n')[start.line - 1] ?? ''
    // Stryker's results count columns from 1, its patterns from 0.
    const range = `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`
    return { file, range, lineNumber: start.line, line, mutator: mutatorName, to: replacement ?? '', status }
  })
}

/**
 * Breaks a folder, one small change at a time: first with the folder's own specs, which take seconds, then what they do
 * not notice with all others that import it. `near` leaves the second round out. A round that ended is kept: a run that is
 * stopped goes on with the next one.
 */
export async function judge(
  scope: Scope,
  sources: Sources,
  { root, near }: { root: string; near: boolean },
): Promise<Mutant[]> {
  const { own, others } = splitNear(scope.folder, specsImporting(scope.folder, sources))
  const fingerprint = fingerprintOf(sources)
  const run = (round: Round): Promise<Mutant[]> => {
    const key = `${fingerprint} ${round.scope.mutate.join(' ')}`
    return roundOnce(join(root, reports, `${round.name}.json`), key, () => runStryker(round, sources, root))
  }
  const name = scope.folder.replaceAll('/', '-')
  const first = own.length > 0 ? await run({ scope, specs: own, name }) : []
  if (near || others.length === 0) return first
  if (own.length === 0) return run({ scope, specs: others, name: `${name}-others` })
  const ranges = first.filter(isAlive).map(({ range }) => range)
  if (ranges.length === 0) return first
  return merged(first, await run({ scope: withRanges(scope, ranges), specs: others, name: `${name}-others` }))
}
