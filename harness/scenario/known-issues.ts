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

/** A failure that is expected until a day, of the cells that match a pattern. */
export interface KnownIssue {
  pattern: string
  tracker: string
  /** The last day on which it is expected: `2026-12-31`, UTC. */
  until: string
  /** Only where one of these runs the cell; everywhere unless given. */
  providers?: string[]
  where: { file: string; line: number }
}

/** What known issues may speak of. */
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
        tracker: line.describe('Where it is worked on.'),
        until: z.iso
          .date('must be a day, as in 2026-12-31')
          .describe('The last day on which the failure is expected, as in 2026-12-31.'),
        providers: z.array(z.enum(providers)).min(1).optional().describe('Only where these run the cell.'),
      }),
    ),
  })

/**
 * The known issues of a file; none where there is no such file. LabError `usage` with file, line and column of each
 * mistake: an entry that matches no cell is one.
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
    const at = placeOf(source, index)
    if (!cells.some(matches(issue.pattern))) source.complaints.push(stray(issue.pattern, at, cells))
    const { providers: only, ...rest } = issue
    return { ...rest, ...(only && { providers: only }), where: { file, line: position(source.lines, at[0]).line } }
  })
  if (source.complaints.length > 0)
    throw new LabError(
      'usage',
      source.complaints.map((each) => renderComplaint(file, source.text, source.lines, each)).join('\n\n'),
      { hint: `${file} cannot be read; nothing was started` },
    )
  return issues
}

/** The entry that speaks of a cell, where there is one; the first counts. */
export const knownIssueOf = (
  cell: Selectable,
  provider: string,
  issues: readonly KnownIssue[],
): KnownIssue | undefined =>
  issues.find(({ pattern, providers }) => matches(pattern)(cell) && (!providers || providers.includes(provider)))

function placeOf({ root }: Source, index: number): Complaint['at'] {
  const list = root?.get('issues', true)
  return rangeOf(isSeq(list) ? list.items[index] : list)
}

function stray(pattern: string, [start]: Complaint['at'], cells: KnownVocabulary['cells']): Complaint {
  const [near] = nearest(pattern, [...new Set(cells.flatMap(({ name, tags }) => [name, ...tags]))], 1)
  const hint = near ? `did you mean \`${near}\`?` : 'npm run list shows all cells'
  return { at: [start, start + 'pattern'.length], message: `no cell matches \`${pattern}\``, hint }
}
