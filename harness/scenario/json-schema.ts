import { z } from 'zod'
import { expansionSchema, scenarioSchema } from './schema.ts'
import type { Registry } from './terms.ts'

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

/** The JSON Schema of a scenario file, for editors. Draft 7, because every editor supports it. */
export function scenarioJsonSchema(registry: Registry): JsonSchema {
  const convert = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema
  const scenario = convert(scenarioSchema(registry))
  const { base, variants, on: byHost } = convert(expansionSchema(registry)).properties ?? {}
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

/** The text of scenarios/schema.json, formatted as the formatter would. */
export function jsonSchema(registry: Registry): string {
  const text = JSON.stringify(scenarioJsonSchema(registry), undefined, 2)
  // A list of words goes on one line where it fits into 120 columns.
  const packed = text.replace(/^(.*)\[\n\s+([^[\]{}]*?)\n\s+\](,?)$/gm, (whole, before: string, inner: string, end) => {
    const one = `${before}[${inner.replace(/\n\s+/g, ' ')}]${end}`
    return one.length <= 120 ? one : whole
  })
  return `${packed}\n`
}

/** The schema of an overlay: any part of a mapping, but only whole lists, because a list replaces a list. */
function partial(schema: JsonSchema): JsonSchema {
  const { required: _required, oneOf, properties, ...rest } = schema
  if (properties)
    return {
      ...rest,
      properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, partial(value)])),
    }
  // An overlay without `kind` may fit several faults.
  return oneOf ? { ...rest, anyOf: oneOf.map(partial) } : rest
}
