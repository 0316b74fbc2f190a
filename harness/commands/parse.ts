import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { OptionDeclaration } from './declaration.ts'
import { type CommandName, declarations } from './declarations.ts'

type ValueOf<O> = O extends { multiple: true }
  ? string[]
  : O extends { default: string }
    ? string
    : O extends { value: string }
      ? string | undefined
      : boolean

/** The values of a command's options, by name. */
export type Values<N extends CommandName> = {
  -readonly [K in keyof (typeof declarations)[N]['options']]: ValueOf<(typeof declarations)[N]['options'][K]>
}

/**
 * Parses a command's arguments by its declaration. Throws an error with a code ERR_PARSE_ARGS_… where they do not fit.
 */
export function parse<N extends CommandName>(
  name: N,
  args: readonly string[],
): { values: Values<N>; positionals: string[] } {
  const { options, operands }: { options: Readonly<Record<string, OptionDeclaration>>; operands?: string } =
    declarations[name]
  const { values, positionals } = parseArgs({
    args: [...args],
    // A switch that takes an operand needs positionals too.
    allowPositionals: operands !== undefined || Object.values(options).some(({ operand }) => operand !== undefined),
    options: Object.fromEntries(Object.entries(options).map(([option, each]) => [option, config(each)])),
  })
  return { values: values as Values<N>, positionals }
}

function config({
  value,
  multiple,
  default: usual,
}: OptionDeclaration): NonNullable<ParseArgsConfig['options']>[string] {
  if (value === undefined) return { type: 'boolean', default: false }
  if (multiple) return { type: 'string', multiple, default: [] }
  return { type: 'string', ...(usual !== undefined && { default: usual }) }
}
