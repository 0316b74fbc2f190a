import { existsSync } from 'node:fs'
import { cp, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadClaims } from '../faults/claims.ts'
import { causeNames } from '../faults/index.ts'
import { exit, LabError, messageOf } from '../lib/errors.ts'
import { adviceTable, measuredAdvice } from '../report/advice-table.ts'
import { compareRecords, tellComparison } from '../results/compare.ts'
import { tellGithub } from '../report/github.ts'
import { remember } from '../results/history.ts'
import { mergeRecords } from '../results/merge.ts'
import type { RunRecord } from '../results/record.ts'
import { createReporter } from '../report/terminal/index.ts'
import { writeReports } from '../report/write.ts'
import { reportsDir } from '../session.ts'

/**
 * `npm run report [-- <record.json>]`: writes a run's reports anew from its record, by default the latest.
 * `npm run report -- merge [--plan FILE] FILES...`: one record and one report from those of shards; a folder stands for
 * its record. The plan tells which cells should be there.
 * `npm run report -- advice RUNS...`: what each remedy and each temptation did on the hosts of each cause, and what the
 * diagnosis had said of it there; exits 1 where one that was recommended for the only cause of a host did not cure it.
 * `npm run report -- compare A B`: whether two runs say the same of the cells that ran in both, whichever provider made
 * the hosts; exits 1 where they do not.
 */
export default async function report(args: string[]): Promise<number> {
  const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { plan: { type: 'string' } } })
  const [first, ...files] = positionals
  if (values.plan && first !== 'merge') throw new LabError('usage', '--plan has no place without merge')
  if (first === 'compare') return compare(files)
  if (first === 'advice') return advice(files)
  const again = first === 'merge' ? undefined : (first ?? join(reportsDir, 'latest'))
  const record = again ? await read(again) : await merge(files, values.plan)
  const dir = join(reportsDir, record.runId)
  await copyHosts(again ? [again] : files, dir)
  await writeReports(record, dir)
  createReporter(process.stderr, { color: !process.env.NO_COLOR, live: false }).end(record, `${dir}/index.html`)
  // Each shard has annotated its own cells.
  tellGithub(record, { annotate: false })
  return exit[record.verdict]
}

async function compare(files: readonly string[]): Promise<number> {
  if (files.length !== 2) throw new LabError('usage', 'compare takes two records, or the folders they are in')
  const [first, second] = (await Promise.all(files.map(read))) as [RunRecord, RunRecord]
  const comparison = compareRecords(first, second)
  console.log(tellComparison(comparison))
  if (comparison.compared.length === 0) throw new LabError('no-match', 'no cell ran in both')
  return comparison.different.length === 0 ? exit.passed : exit.failed
}

async function advice(files: readonly string[]): Promise<number> {
  const rows = measuredAdvice(await Promise.all((files.length > 0 ? files : [join(reportsDir, 'latest')]).map(read)))
  if (rows.length === 0) throw new LabError('no-match', 'no fix was tried in these runs')
  console.log(adviceTable(rows))
  const wrong = rows.filter(
    ({ advice, causes, classes }) =>
      (advice === 'recommended' && !causes.includes(' + ') && Object.keys(classes).some((seen) => seen !== 'cures')) ||
      (advice === 'advised against' && 'cures' in classes),
  )
  for (const { causes, procedure, advice: said } of wrong)
    console.error(`${procedure} is ${said} for ${causes}, and measures otherwise`)
  return wrong.length === 0 ? exit.passed : exit.failed
}

async function merge(files: readonly string[], plan: string | undefined): Promise<RunRecord> {
  const records = await Promise.all(files.map(read))
  const asked = plan && (await cellsOf(plan))
  const record = mergeRecords(records, {
    causes: causeNames,
    claims: loadClaims(),
    ...(asked && { asked }),
  })
  remember(record, reportsDir)
  return record
}

/** What the hosts printed lies beside each record; the page shows its ends, and leads to it. */
async function copyHosts(files: readonly string[], dir: string): Promise<void> {
  for (const file of files) {
    const from = join(await realpath(await folderOf(file)), 'hosts')
    const to = join(dir, 'hosts')
    if (from !== to && existsSync(from)) await cp(from, to, { recursive: true, force: true })
  }
}

/** The cells that `npm run list -- --json --shard-minutes N` gave jobs to. */
async function cellsOf(plan: string): Promise<string[]> {
  try {
    return (JSON.parse(await readFile(plan, 'utf8')) as { cells: string[] }[]).flatMap(({ cells }) => {
      if (cells.every((name) => typeof name === 'string')) return cells
      throw new TypeError('cells are not names')
    })
  } catch (error) {
    throw new LabError('usage', `${plan} cannot be read as a plan: ${messageOf(error)}`, {
      hint: 'npm run list -- --json --shard-minutes 30 prints one',
    })
  }
}

const folderOf = async (path: string): Promise<string> => ((await stat(path)).isDirectory() ? path : dirname(path))

async function read(path: string): Promise<RunRecord> {
  try {
    const file = (await stat(path)).isDirectory() ? join(path, 'record.json') : path
    const record = JSON.parse(await readFile(file, 'utf8')) as RunRecord
    if (record.version === 1) return record
    throw new LabError('usage', `${file} has version ${record.version}; this lab reads version 1`)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('usage', `${path} cannot be read as a record: ${messageOf(error)}`)
  }
}
