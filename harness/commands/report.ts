import { existsSync } from 'node:fs'
import { cp, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { loadClaims } from '../faults/claims.ts'
import { detectors } from '../faults/index.ts'
import { exit, LabError, messageOf } from '../lib/errors.ts'
import { remember } from '../report/history.ts'
import { mergeRecords } from '../report/merge.ts'
import type { RunRecord } from '../report/record.ts'
import { createReporter } from '../report/terminal/index.ts'
import { writeReports } from '../report/write.ts'
import { reportsDir } from '../session.ts'

/**
 * `npm run report [-- <record.json>]`: writes a run's reports anew from its record, by default the latest.
 * `npm run report -- merge FILES...`: one record and one report from those of shards; a folder stands for its record.
 */
export default async function report(args: string[]): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true })
  const record = positionals[0] === 'merge' ? await merge(positionals.slice(1)) : await again(positionals[0])
  const dir = join(reportsDir, record.runId)
  await writeReports(record, dir)
  createReporter(process.stderr, { color: !process.env.NO_COLOR, live: false }).end(record, `${dir}/index.html`)
  return exit[record.verdict]
}

const again = (file = join(reportsDir, 'latest')): Promise<RunRecord> => read(file)

async function merge(files: readonly string[]): Promise<RunRecord> {
  const records = await Promise.all(files.map(read))
  const record = mergeRecords(records, { causes: Object.keys(detectors), claims: loadClaims() })
  // What the hosts printed lies beside each record, and the page leads to it.
  for (const file of files) {
    const from = join(await folderOf(file), 'hosts')
    const to = join(reportsDir, record.runId, 'hosts')
    if (existsSync(from)) await cp(from, to, { recursive: true, force: true })
  }
  remember(record, reportsDir)
  return record
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
