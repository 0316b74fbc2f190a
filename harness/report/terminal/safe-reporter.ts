import type { Reporter } from './index.ts'
import { plain } from './paint.ts'

// More than any line shows of one text.
const most = 2000

/** A value with each text in it, keys included, on one line and without what acts on a terminal. */
function onOneLine<T>(value: T): T
function onOneLine(value: unknown): unknown {
  if (typeof value === 'string') return plain(value, Math.min(value.length, most))
  if (Array.isArray(value)) return value.map(onOneLine)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Map) return new Map([...value].map(([key, each]) => [onOneLine(key), onOneLine(each)]))
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [onOneLine(key), onOneLine(each)]))
}

/** A reporter to which no text of a record can do anything, names included: a record may come from elsewhere. */
export const safeReporter = (reporter: Reporter): Reporter => ({
  ...(reporter.plan && { plan: (run) => reporter.plan!(onOneLine(run)) }),
  cellStart: (cell) => reporter.cellStart(onOneLine(cell)),
  stageStart: (name, cell) => reporter.stageStart(onOneLine(name), onOneLine(cell)),
  progress: (line, cell, stage) => reporter.progress(onOneLine(line), onOneLine(cell), onOneLine(stage)),
  stageEnd: (stage, cell) => reporter.stageEnd(onOneLine(stage), onOneLine(cell)),
  cellEnd: (cell) => reporter.cellEnd(onOneLine(cell)),
  end: (record, reportPath) => reporter.end(onOneLine(record), reportPath),
  close: () => reporter.close(),
})
