import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { LabError, messageOf } from '../lib/errors.ts'
import { nearest } from '../lib/text.ts'
import { type Complaint, renderComplaint } from '../scenario/complaint.ts'
import { explain } from '../scenario/explain.ts'
import type { JsonSchema } from '../scenario/json-schema.ts'
import { toValue } from '../scenario/nodes.ts'
import { parseSource } from '../scenario/source.ts'
import { type Adapter, adapterSchema, commandAdapter } from './adapter.ts'

const shipped = new URL('./adapters/', import.meta.url).pathname

/** The names of the adapters in the house. */
export const adapterNames = (): string[] =>
  readdirSync(shipped)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort()

/**
 * The outside detectors asked for: each is the name of a shipped adapter, the path of an adapter (*.yaml), or a command
 * of more than one word. LabError `usage`, for a file with line and column of each mistake.
 */
export function loadDetectors(asked: readonly string[], causes: readonly string[]): Adapter[] {
  const adapters = asked.map((each) => load(each.trim(), causes))
  const names = adapters.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index || name === ours)
      throw new LabError('usage', `--detector ${asked[index]}: two detectors of the name ${name}`)
  return adapters
}

/** What our own detectors are called among others. */
export const ours = 'dockfault'

function load(asked: string, causes: readonly string[]): Adapter {
  if (/\.ya?ml$/.test(asked) && !/\s/.test(asked)) return loadAdapter(asked, causes)
  if (adapterNames().includes(asked)) return loadAdapter(join(shipped, `${asked}.yaml`), causes)
  // A mistyped name must not be run as a command.
  if (/[\s/]/.test(asked)) return commandAdapter(asked)
  const [near] = nearest(asked, adapterNames(), 1)
  throw new LabError('usage', `--detector ${asked || "''"}: no adapter of this name`, {
    hint: `${near ? `did you mean ${near}? ` : ''}There are ${adapterNames().join(', ')}; or give an adapter's path (*.yaml), or a command with its path`,
  })
}

/** The adapter in a file. */
export function loadAdapter(file: string, causes: readonly string[]): Adapter {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new LabError('usage', `no adapter at ${file}: ${messageOf(cause)}`, { cause })
  }
  const source = parseSource(text, { noun: 'an adapter', start: 'start with `title:` and `command:`' })
  const schema = adapterSchema(causes)
  const { data, error } = source.root ? schema.safeParse(toValue(source.root)) : {}
  const json = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema
  const complaints: Complaint[] = [
    ...source.complaints,
    ...(error?.issues ?? []).flatMap((issue) => explain(issue, source.root!, json)),
  ].sort((a, b) => a.at[0] - b.at[0])
  if (complaints.length === 0 && data) return { name: basename(file).replace(/\.ya?ml$/, ''), ...data }
  const shown = complaints.slice(0, 20).map((each) => renderComplaint(file, source.text, source.lines, each))
  throw new LabError('usage', shown.join('\n\n'), {
    hint: 'harness/scoring/README.md says how an adapter is written; nothing was started',
  })
}
