import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { exit, LabError, messageOf } from '../lib/errors.ts'
import type { RunRecord } from '../report/record.ts'
import { createReporter } from '../report/terminal/index.ts'
import { writeReports } from '../report/write.ts'
import { reportsDir } from '../session.ts'

/** `npm run report [-- <record.json>]`: writes a run's reports anew from its record, by default the latest. */
export default async function report(args: string[]): Promise<number> {
  const { positionals } = parseArgs({ args, allowPositionals: true })
  const file = positionals[0] ?? `${reportsDir}latest/record.json`
  const record = await read(file)
  const dir = `${reportsDir}${record.runId}`
  await writeReports(record, dir)
  createReporter(process.stderr, { color: !process.env.NO_COLOR, live: false }).end(record, `${dir}/index.html`)
  return exit[record.verdict]
}

async function read(file: string): Promise<RunRecord> {
  try {
    const record = JSON.parse(await readFile(file, 'utf8')) as RunRecord
    if (record.version === 1) return record
    throw new LabError('usage', `${file} has version ${record.version}; this lab reads version 1`)
  } catch (error) {
    if (error instanceof LabError) throw error
    throw new LabError('usage', `${file} cannot be read as a record: ${messageOf(error)}`)
  }
}
