import type { z } from 'zod'

/**
 * The rows of a JSON array, parsed by a schema; none for an empty text. Throws where the text is not JSON or a row does
 * not fit, because a shorter list would pass for the complete one.
 */
export function rows<T extends z.ZodType>(text: string, schema: T): z.output<T>[] {
  if (text.trim() === '') return []
  const value: unknown = JSON.parse(text)
  if (!Array.isArray(value)) throw new TypeError('not a list')
  return parseRows(value, schema)
}

/** The same for a list. Some versions of iproute2 print an empty object for what a filter left out. */
export const parseRows = <T extends z.ZodType>(list: readonly unknown[], schema: T): z.output<T>[] =>
  list.filter((row) => !isEmpty(row)).map((row, index) => parse(row, schema, index))

/** The same for a text with one JSON value in each line. */
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
