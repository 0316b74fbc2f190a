import type { z } from 'zod'

/**
 * The rows of a JSON array as a schema has them; none for an empty text. Throws where the text is not JSON or a row has
 * another shape: a shorter list would pass for the whole.
 */
export function rows<T extends z.ZodType>(text: string, schema: T): z.output<T>[] {
  if (text.trim() === '') return []
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) throw new TypeError('this is no list')
  return parseRows(value, schema)
}

/** The same of a list. Some versions of iproute2 print an empty object for what a filter has left out. */
export const parseRows = <T extends z.ZodType>(list: readonly unknown[], schema: T): z.output<T>[] =>
  list.filter((row) => !isEmpty(row)).map((row, index) => parse(row, schema, index))

/** The same of a text with one JSON value a line. */
export const rowLines = <T extends z.ZodType>(text: string, schema: T): z.output<T>[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => parse(JSON.parse(line), schema, index))

function parse<T extends z.ZodType>(row: unknown, schema: T, index: number): z.output<T> {
  const { data, error } = schema.safeParse(row)
  if (!error) return data
  const [issue] = error.issues
  throw new TypeError(`row ${index + 1}: ${issue?.path.join('.')}: ${issue?.message}`)
}

const isEmpty = (row: unknown): boolean => typeof row === 'object' && row !== null && Object.keys(row).length === 0
