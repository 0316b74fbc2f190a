import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exit } from '../lib/errors.ts'
import { registry, scenariosDir } from '../registry.ts'
import { jsonSchema } from '../scenario/json-schema.ts'
import { parse } from './parse.ts'

/** `npm run schema`: writes scenarios/schema.json, with which editors complete and check scenarios. */
export default async function schema(args: string[]): Promise<number> {
  parse('schema', args)
  await writeFile(join(scenariosDir, 'schema.json'), jsonSchema(registry()))
  return exit.passed
}
