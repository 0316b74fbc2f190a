import { existsSync, readFileSync } from 'node:fs'
import { isSeq } from 'yaml'
import { z } from 'zod'
import { LabError } from '../lib/errors.ts'
import { nearest } from '../lib/text.ts'
import { type Complaint, position, renderComplaint, shortest } from './complaint.ts'
import { explain } from './explain.ts'
import type { JsonSchema } from './json-schema.ts'
import { rangeOf, toValue } from './nodes.ts'
import { matches, type Selectable } from './select.ts'
import { parseSource, type Source } from './source.ts'

/** A failure of the cells that match a pattern, expected until a date. */
export interface KnownIssue {
  pattern: string
  tracker: string
  /** The last day on which it is expected: `2026-12-31`, UTC. */
  until: string
  /** Applies only where one of these runs the cell; left out, everywhere. */
  providers?: string[]
  where: { file: string; line: number }
}

/** The cells and providers that a known issue may name. */
export interface KnownVocabulary {
  cells: readonly Selectable[]
  providers: readonly string[]
}

const line = z
  .string()
  .regex(/^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$/, 'must be one line of text, without control characters')

const schemaOf = (providers: readonly string[]) =>
  z.strictObject({
    issues: z.array(
      z.strictObject({
        pattern: line.describe('The cells that fail: a glob over their names, a host, a scenario or a tag.'),
        tracker: line.describe('Where the work on it is tracked.'),
        until: z.iso
          .date('must be a date such as 2026-12-31')
          .describe('The last day on which the failure is expected, such as 2026-12-31.'),
        providers: z
          .array(z.enum(providers))
          .min(1)
          .optional()
          .describe('It applies only where one of these runs the cell.'),
      }),
    ),
  })

/**
 * The known issues of a file; none where the file does not exist. Throws LabError `usage` with file, line and column of
 * each mistake. An entry that matches no cell is a mistake.
 */
export function loadKnownIssues(path: string, { cells, providers }: KnownVocabulary): KnownIssue[] {
  if (!existsSync(path)) return []
  const file = shortest(path)
  const source = parseSource(readFileSync(path, 'utf8'), { noun: 'a known issue', start: 'start with `issues:`' })
  const schema = schemaOf(providers)
  const { data, error } = source.root ? schema.safeParse(toValue(source.root)) : {}
  const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema
  for (const issue of error?.issues ?? []) source.complaints.push(...explain(issue, source.root!, json))
  const issues = (data?.issues ?? []).map((issue, index): KnownIssue => {
    const at = entryRange(source, index)
    if (!cells.some(matches(issue.pattern))) source.complaints.push(stray(issue.pattern, at, cells))
    const { providers: only, ...rest } = issue
    return { ...rest, ...(only && { providers: only }), where: { file, line: position(source.lines, at[0]).line } }
  })
  if (source.complaints.length > 0)
    throw new LabError(
      'usage',
      source.complaints.map((each) => renderComplaint(file, source.text, source.lines, each)).join('\n\n'),
      { hint: `${file} has mistakes; nothing was started` },
    )
  return issues
}

/** The first entry that applies to a cell. */
export const knownIssueOf = (
  cell: Selectable,
  provider: string,
  issues: readonly KnownIssue[],
): KnownIssue | undefined =>
  issues.find(({ pattern, providers }) => matches(pattern)(cell) && (!providers || providers.includes(provider)))

function entryRange({ root }: Source, index: number): Complaint['at'] {
  const list = root?.get('issues', true)
  return rangeOf(isSeq(list) ? list.items[index] : list)
}

function stray(pattern: string, [start]: Complaint['at'], cells: KnownVocabulary['cells']): Complaint {
  const [near] = nearest(pattern, [...new Set(cells.flatMap(({ name, tags }) => [name, ...tags]))], 1)
  const hint = near ? `did you mean \`${near}\`?` : 'npm run list shows all cells'
  return { at: [start, start + 'pattern'.length], message: `no cell matches \`${pattern}\``, hint }
}
