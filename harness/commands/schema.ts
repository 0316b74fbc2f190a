import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { exit } from '../lib/errors.ts'
import { jsonSchema } from '../scenario/json-schema.ts'
import { scenariosDir, vocabulary } from '../vocabulary.ts'

/** `npm run schema`: writes scenarios/schema.json, which gives editors completion and checks. */
export default async function schema(args: string[]): Promise<number> {
  parseArgs({ args })
  await writeFile(join(scenariosDir, 'schema.json'), jsonSchema(vocabulary()))
  return exit.passed
}
