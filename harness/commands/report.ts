import { existsSync } from 'node:fs'
import { cp, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { causeNames } from '../causes/index.ts'
import { exit, LabError, messageOf } from '../lib/errors.ts'
import { clean, safeJson } from '../lib/text.ts'
import { adviceTable, measuredAdvice } from '../report/advice-table.ts'
import { bisectText } from '../report/bisect.ts'
import { reportToGithub } from '../report/github.ts'
import { alikeText } from '../report/look-alikes.ts'
import { claimedText, sweepText } from '../report/sweep.ts'
import { createReporter } from '../report/terminal/index.ts'
import { writeReports } from '../report/write.ts'
import { bisectResult } from '../results/bisect.ts'
import { judgeConditions } from '../results/claimed-conditions.ts'
import { compareRecords, comparisonText } from '../results/compare.ts'
import { remember } from '../results/history.ts'
import { hostStates } from '../results/host-states.ts'
import { loadClaims } from '../results/load-claims.ts'
import { alikeGroups } from '../results/look-alikes.ts'
import { mergeRecords } from '../results/merge.ts'
import { type RunFolder, readRecord, runFoldersIn } from '../results/read-record.ts'
import type { RunRecord } from '../results/record.ts'
import { sweepResult } from '../results/sweep.ts'
import { reportsDir } from '../session.ts'
import { parse } from './parse.ts'

/**
 * `npm run report [-- <record.json>]`: writes the reports of a run again from its record; default: the latest run.
 * `npm run report -- merge [--plan FILE] FILES...`: merges the records of shards into one record and one report. A
 * folder stands for its record. The plan names the cells to expect.
 * `npm run report -- advice RUNS...`: prints what each remedy and each temptation did on the hosts of each cause, and
 * what the diagnosis had advised there. Exit 1 where the advice was wrong: a recommended remedy did not cure the only
 * cause of a host, or a "do not" cured.
 * `npm run report -- compare A B`: compares the results of the cells that ran in both runs, on any provider. Exit 1
 * where they differ.
 * `npm run report -- look-alikes RUNS...`: prints which causes the same probes show, and the cheapest question that
 * separates them. A folder of reports stands for all its runs; default: all reports. Exit 1 where two causes have no
 * such question.
 * `npm run report -- sweep RUNS...`: prints what sweeps found: which conditions each symptom needs, and whether those that
 * a write-up names are necessary or sufficient. Exit 1 where they are not what claims.yaml has.
 * `npm run report -- bisect RUNS...`: prints the versions between which bisections found a symptom to come or go.
 */
export default async function report(args: string[]): Promise<number> {
  const { positionals, values } = parse('report', args)
  const [first, ...files] = positionals
  if (values.plan && first !== 'merge') throw new LabError('usage', '--plan needs merge')
  if (values.json && !['look-alikes', 'sweep', 'bisect'].includes(first ?? ''))
    throw new LabError('usage', '--json needs look-alikes, sweep or bisect')
  if (first === 'compare') return compare(files)
  if (first === 'advice') return advice(files)
  if (first === 'sweep') return sweeps(files, values.json)
  if (first === 'bisect') return bisects(files, values.json)
  if (first === 'look-alikes') return alikes(files, values.json)
  const again = first === 'merge' ? undefined : (first ?? join(reportsDir, 'latest'))
  const record = again ? await read(again) : await merge(files, values.plan)
  const dir = join(reportsDir, record.runId)
  await copyHosts(again ? [again] : files, dir)
  await writeReports(record, dir)
  createReporter(process.stderr, { color: !process.env.NO_COLOR, live: false }).end(record, `${dir}/index.html`)
  // The shards have annotated their own cells.
  reportToGithub(record, { annotate: false })
  return exit[record.verdict]
}

async function compare(files: readonly string[]): Promise<number> {
  if (files.length !== 2) throw new LabError('usage', 'compare needs two records, or their folders')
  const [first, second] = (await Promise.all(files.map(read))) as [RunRecord, RunRecord]
  const comparison = compareRecords(first, second)
  console.log(comparisonText(comparison))
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
  for (const { causes, procedure, advice: stated } of wrong)
    console.error(`${procedure} is ${stated} for ${causes}, but was measured otherwise`)
  return wrong.length === 0 ? exit.passed : exit.failed
}

async function alikes(paths: readonly string[], json: boolean): Promise<number> {
  const folders = await Promise.all((paths.length > 0 ? paths : [reportsDir]).map(runsAt))
  const states = hostStates(folders.flat())
  if (states.length === 0) throw new LabError('no-match', 'no host was probed in these runs')
  const groups = alikeGroups(states)
  console.log(json ? safeJson(groups, 2) : alikeText(groups))
  return groups.every(({ alike }) => alike.length === 0) ? exit.passed : exit.failed
}

async function sweeps(paths: readonly string[], json: boolean): Promise<number> {
  const folders = await Promise.all((paths.length > 0 ? paths : [reportsDir]).map(runsAt))
  const results = folders.flat().flatMap(({ record }) => (record.bisect ? [] : (sweepResult(record.cells) ?? [])))
  if (results.length === 0)
    throw new LabError('no-match', 'no sweep is among these runs', { hint: 'npm run sweep <scenario>' })
  const claims = loadClaims()
  console.log(
    json
      ? safeJson(results, 2)
      : results
          .map((result) => [sweepText(result), claimedText(claims, result)].filter(Boolean).join('\n'))
          .join('\n\n'),
  )
  const judged = results.flatMap((result) =>
    claims.flatMap(({ conditions }) => (conditions && judgeConditions(conditions, result)) ?? []),
  )
  return judged.every(({ asWritten }) => asWritten) ? exit.passed : exit.failed
}

async function bisects(paths: readonly string[], json: boolean): Promise<number> {
  const folders = await Promise.all((paths.length > 0 ? paths : [reportsDir]).map(runsAt))
  const results = folders.flat().flatMap(({ record }) => bisectResult(record) ?? [])
  if (results.length === 0)
    throw new LabError('no-match', 'no bisection is among these runs', { hint: 'npm run bisect <scenario>' })
  console.log(json ? safeJson(results, 2) : results.map((result) => clean(bisectText(result))).join('\n\n'))
  return exit.passed
}

/** The run of a record or of its folder; all runs of a folder of reports. */
async function runsAt(path: string): Promise<RunFolder[]> {
  const isReports = existsSync(path) && (await stat(path)).isDirectory() && !existsSync(join(path, 'record.json'))
  return isReports ? runFoldersIn(path) : [{ record: await read(path), dir: await realpath(await folderOf(path)) }]
}

async function merge(files: readonly string[], plan: string | undefined): Promise<RunRecord> {
  const records = await Promise.all(files.map(read))
  const wanted = plan && (await cellsOf(plan))
  const record = mergeRecords(records, {
    causes: causeNames,
    claims: loadClaims(),
    ...(wanted && { wanted }),
  })
  remember(record, reportsDir)
  return record
}

/** Copies the hosts' logs, which lie beside each record. The page shows their last lines and links to them. */
async function copyHosts(files: readonly string[], dir: string): Promise<void> {
  for (const file of files) {
    const from = join(await realpath(await folderOf(file)), 'hosts')
    const to = join(dir, 'hosts')
    if (from !== to && existsSync(from)) await cp(from, to, { recursive: true, force: true })
  }
}

/** The cells of a plan that `npm run list -- --json --shard-minutes N` printed. */
async function cellsOf(plan: string): Promise<string[]> {
  try {
    return (JSON.parse(await readFile(plan, 'utf8')) as { cells: string[] }[]).flatMap(({ cells }) => {
      if (cells.every((name) => typeof name === 'string')) return cells
      throw new TypeError('its cells are not names')
    })
  } catch (error) {
    throw new LabError('usage', `cannot read ${plan} as a plan: ${messageOf(error)}`, {
      hint: 'to make one: npm run -s list -- --json --shard-minutes 30 >plan.json',
    })
  }
}

const folderOf = async (path: string): Promise<string> => ((await stat(path)).isDirectory() ? path : dirname(path))

async function read(path: string): Promise<RunRecord> {
  try {
    const file = (await stat(path)).isDirectory() ? join(path, 'record.json') : path
    return readRecord(await readFile(file, 'utf8'), file)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('usage', `cannot read ${path} as a record: ${messageOf(error)}`)
  }
}
