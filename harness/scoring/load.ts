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

/** The names of the adapters that dockfault ships. */
export const adapterNames = (): string[] =>
  readdirSync(shipped)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => basename(name, '.yaml'))
    .sort()

/**
 * The outside detectors of a command line. Each is the name of a shipped adapter, the path of an adapter (*.yaml), or a
 * command of more than one word. Throws LabError `usage`; for a file, with line and column of each mistake.
 */
export function loadDetectors(words: readonly string[], causes: readonly string[]): Adapter[] {
  const adapters = words.map((each) => load(each.trim(), causes))
  const names = adapters.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index || name === ours)
      throw new LabError('usage', `--detector ${words[index]}: two detectors have the name ${name}`)
  return adapters
}

/** The name of our own detectors in scores. */
export const ours = 'dockfault'

function load(words: string, causes: readonly string[]): Adapter {
  if (/\.ya?ml$/.test(words) && !/\s/.test(words)) return loadAdapter(words, causes)
  if (adapterNames().includes(words)) return loadAdapter(join(shipped, `${words}.yaml`), causes)
  // A mistyped name must not be run as a command.
  if (/[\s/]/.test(words)) return commandAdapter(words)
  const [near] = nearest(words, adapterNames(), 1)
  throw new LabError('usage', `--detector ${words || "''"}: no adapter has this name`, {
    hint: `${near ? `did you mean ${near}? ` : ''}Choose one of ${adapterNames().join(', ')}, or write the path of an adapter (*.yaml) or of a command`,
  })
}

/** The adapter in a file. Throws LabError `usage` with line and column of each mistake. */
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
    hint: 'harness/scoring/README.md describes adapters; nothing was started',
  })
}
