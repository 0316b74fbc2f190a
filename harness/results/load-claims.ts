import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseDocument } from 'yaml'
import { z } from 'zod'
import { LabError } from '../lib/errors.ts'
import { fixClasses } from '../scenario/terms.ts'
import { type VariableName, variables } from '../scenario/variables.ts'

const text = z.string().min(1)
/** A cell's name, or a glob over several: each cell that ran has to meet the condition. */
const at = { cell: text, stage: text.default('broken') }

/** One condition on a run's record; a claim's verdict stands only if all its conditions hold. */
const check = z.union(
  [
    z.strictObject({ ...at, probe: text, observed: z.enum(['pass', 'fail']) }),
    z.strictObject({
      ...at,
      named: z.array(text).describe('The causes that the diagnosis names at that stage, and no others.'),
    }),
    z.strictObject({
      ...at,
      journal: text.describe('Words that the scenario expects in the journal, and that were found there.'),
    }),
    z.strictObject({
      ...at,
      rule: text.describe('Part of a line of iptables-save with its table: `nat: -A POSTROUTING`.'),
      is: z
        .enum(['removed', 'added', 'kept'])
        .describe('Compared with the healthy host; kept: no such line is missing.'),
    }),
    z.strictObject({ cell: text, fix: text, rung: text.optional(), observed: z.enum(fixClasses) }),
  ],
  {
    error:
      'must be `cell` (and `stage`) with `probe` and `observed`, `named`, `journal`, `rule` and `is`, or `fix` and `observed`',
  },
)
export type Check = z.output<typeof check>

/** How conditions relate to a symptom; `untested` where it never came, or where nothing ran without them. */
export const relations = ['necessary and sufficient', 'necessary', 'sufficient', 'neither', 'untested'] as const

/** What a write-up names as the conditions of a symptom, for sweeps to judge. */
const conditions = z.strictObject({
  scenario: text.describe('The scenario whose sweeps judge them, with its variant: iptables-check-broken.'),
  changes: text.describe('What the fault changes under these conditions: `user-published-loopback fail`.'),
  of: z
    .partialRecord(
      z.enum(Object.keys(variables) as [VariableName, ...VariableName[]]),
      z.array(text).min(1).describe('The values that meet the condition.'),
    )
    .describe('Each variable of a sweep that the write-up names.'),
  relation: z.enum(relations).describe('What sweeps found all of them together to be for this change.'),
})
export type ClaimedConditions = z.output<typeof conditions>

const claim = z.strictObject({
  id: z
    .string()
    .regex(/^\d{3}-[a-z0-9-]+$/, 'must be the number of the write-up and a few words: 001-loopback-answers'),
  claim: text.describe('The write-up’s claim in one sentence.'),
  source: z.string().regex(/^\d{3}$/, 'must be three digits in quotes'),
  where: text.describe('Where the write-up says so.'),
  check: z.array(check).min(1).describe('The conditions that a run has to meet, all of them.'),
  verdict: z.enum(['confirmed', 'narrowed', 'refuted']).describe('What meeting them means for the claim.'),
  conditions: conditions.optional(),
  note: text.optional().describe('What is true instead, or when the claim is true.'),
})
export type Claim = z.output<typeof claim>

/** Every claim of the write-ups, from the claims.yaml beside each fault. Throws LabError `usage` with each mistake. */
export function loadClaims(dir = new URL('../causes/', import.meta.url).pathname): Claim[] {
  const wrong: string[] = []
  const claims = claimFiles(dir).flatMap((file) => {
    const document = parseDocument(readFileSync(join(dir, file), 'utf8'))
    const { data, error } = z.array(claim).safeParse(document.errors.length > 0 ? undefined : document.toJS())
    wrong.push(...document.errors.map(({ message }) => `${file}: ${message.split('\n')[0]}`))
    if (document.errors.length === 0)
      wrong.push(...(error?.issues ?? []).map(({ path, message }) => `${file}: ${path.join('.')}: ${message}`))
    return data ?? []
  })
  const ids = claims.map(({ id }) => id)
  wrong.push(...ids.filter((id, index) => ids.indexOf(id) < index).map((id) => `${id}: two claims have this id`))
  if (wrong.length > 0)
    throw new LabError('usage', wrong.join('\n'), {
      hint: 'harness/results/load-claims.ts describes the format of a claim',
    })
  return claims
}

function claimFiles(dir: string): string[] {
  const folders = readdirSync(dir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return folders
    .filter(({ name }) => readdirSync(join(dir, name)).includes('claims.yaml'))
    .map(({ name }) => join(name, 'claims.yaml'))
    .sort()
}
