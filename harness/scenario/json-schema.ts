import { z } from 'zod'
import { expansionSchema, scenarioSchema } from './schema.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The part of JSON Schema that these schemas use. */
export interface JsonSchema {
  $schema?: string
  title?: string
  description?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  items?: JsonSchema
  oneOf?: JsonSchema[]
  anyOf?: JsonSchema[]
}

/** The JSON Schema of a scenario file, for editors: draft 7, which all of them know. */
export function scenarioJsonSchema(vocabulary: Vocabulary): JsonSchema {
  const convert = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema
  const scenario = convert(scenarioSchema(vocabulary))
  const { base, variants, on: byHost } = convert(expansionSchema(vocabulary)).properties ?? {}
  const { $schema: _, ...overlay } = partial(scenario)
  const { hosts: _hosts, ...onHost } = overlay.properties ?? {}
  const on = { ...byHost, additionalProperties: { ...overlay, properties: onHost } }
  const variant = { ...overlay, properties: { ...overlay.properties, on } }
  return {
    ...scenario,
    title: 'dockfault scenario',
    properties: { ...scenario.properties, base: base!, variants: { ...variants, additionalProperties: variant }, on },
  }
}

/** The text of scenarios/schema.json, in the form that the formatter leaves alone. */
export function jsonSchema(vocabulary: Vocabulary): string {
  const text = JSON.stringify(scenarioJsonSchema(vocabulary), undefined, 2)
  // Lists of words on one line where they fit in 120 columns.
  const packed = text.replace(/^(.*)\[\n\s+([^[\]{}]*?)\n\s+\](,?)$/gm, (whole, before: string, inner: string, end) => {
    const one = `${before}[${inner.replace(/\n\s+/g, ' ')}]${end}`
    return one.length <= 120 ? one : whole
  })
  return `${packed}\n`
}

/** What may stand in an overlay: any part of a mapping, but whole lists, for lists replace. */
function partial(schema: JsonSchema): JsonSchema {
  const { required: _required, oneOf, properties, ...rest } = schema
  if (properties)
    return {
      ...rest,
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, partial(value)])),
    }
  // Without its `kind` an overlay may fit several faults.
  return oneOf ? { ...rest, anyOf: oneOf.map(partial) } : rest
}
