import { spawnSync } from 'node:child_process'
import { join, relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { LabError } from '../lib/errors.ts'
import { type Scope, withRanges } from './scope.ts'
import { specsImporting, splitNear } from './specs.ts'
import { isAlive, type Mutant, merged } from './table.ts'
import type { Failure } from './twice.ts'

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

/** Runs Stryker over one scope with some specs; the page of what survives is at `page`. */
async function runStryker(
  { folder, mutate }: Scope,
  spec: string[],
  { sources, root, page }: { sources: ReadonlyMap<string, string>; root: string; page: string },
): Promise<Mutant[]> {
  console.log(`${folder}: ${spec.length} specs`)
  checkTwice(spec, root)
  const results = await new Stryker({
    mutate,
    mochaOptions: { 'no-config': true, spec },
    htmlReporter: { fileName: join(root, 'reports/mutants', page) },
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
 * not notice with all others that import it. `near` leaves the second round out.
 */
export async function judge(
  scope: Scope,
  sources: ReadonlyMap<string, string>,
  { root, near }: { root: string; near: boolean },
): Promise<Mutant[]> {
  const { own, others } = splitNear(scope.folder, specsImporting(scope.folder, sources))
  const name = scope.folder.replaceAll('/', '-')
  const first = own.length > 0 ? await runStryker(scope, own, { sources, root, page: `${name}.html` }) : []
  if (near) return first
  const alive = first.filter(isAlive)
  if (others.length === 0 || (own.length > 0 && alive.length === 0)) return first
  const rest =
    own.length > 0
      ? withRanges(
          scope,
          alive.map(({ range }) => range),
        )
      : scope
  return merged(first, await runStryker(rest, others, { sources, root, page: `${name}-others.html` }))
}
