import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { Seen } from './play.ts'
import { hashOf, type Sabotage } from './sabotage.ts'

/** What was seen of each sabotage when it last ran, by its hash. */
export const seenFile = fileURLToPath(new URL('seen.yaml', import.meta.url))
export const documentFile = fileURLToPath(new URL('../../docs/sabotage.md', import.meta.url))

const schema = z.array(z.strictObject({ of: z.string(), stage: z.string(), verdict: z.string(), words: z.string() }))

/** What was last seen of each sabotage, by its hash; empty before the first run. */
export const readSeen = (): Map<string, Seen> => {
  const all = existsSync(seenFile) ? schema.parse(parse(readFileSync(seenFile, 'utf8')) ?? []) : []
  return new Map(all.map(({ of, ...seen }) => [of, seen]))
}

/** The text of seen.yaml: what was seen of these sabotages, in their order, and of no other. */
export const seenText = (sabotages: readonly Sabotage[], seen: ReadonlyMap<string, Seen>): string =>
  `# What \`npm run test:sabotage -- --write\` has seen. Do not edit.\n${stringify(
    sabotages.flatMap((each) => {
      const result = seen.get(hashOf(each))
      return result ? [{ of: hashOf(each), ...result }] : []
    }),
    { lineWidth: 0 },
  )}`

/** Whether a sabotage went red where it should, by the complaint that is due. */
export const isCaught = ({ caught, by }: Sabotage, seen: Seen | undefined): boolean =>
  seen !== undefined && seen.verdict !== 'passed' && seen.stage === caught && seen.words.includes(by)

/** docs/sabotage.md: each sabotage with the stage at which it should be caught, and the stage at which it was. */
export function renderDocument(sabotages: readonly Sabotage[], seen: ReadonlyMap<string, Seen>): string {
  const rows = sabotages.map((each) => {
    const { what, cell, caught } = each
    const result = seen.get(hashOf(each))
    const measured = result ? [result.stage, `${result.verdict}: ${result.words}`] : ['not measured', '']
    return `| ${[what, cell, caught, ...measured].map(inCell).join(' | ')} |`
  })
  const caught = sabotages.filter((each) => isCaught(each, seen.get(hashOf(each))))
  return `# Sabotage

The lab is the judge of a diagnosis, so the lab gets judged. Each row makes it lie in one way: one small change of its code
([sabotages.yaml](../harness/sabotage/sabotages.yaml)), in a copy of the project, which then runs a cell on a real host by
its own command. The lie has to show, at the stage named and by the complaint named. A run without sabotage passes first.
\`npm run test:sabotage\` repeats all of them, \`-- --only TEXT\` some, and \`-- --missing --write\` those that are new here; a spec
fails where a change no longer fits the code, or where this table is older than the list.

${caught.length} of ${sabotages.length} were caught at the stage expected. \`run\`: the run as a whole went red; \`machine\`: the machine was not as before.

| sabotage | cell | expected | seen | the complaint |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`
}

const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ')
