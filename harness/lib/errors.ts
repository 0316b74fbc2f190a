/** The exit codes of every command. Scripts and CI rely on them. */
export const exit = {
  passed: 0,
  known: 0,
  failed: 1,
  flaky: 1,
  broken: 2,
  noMatch: 3,
  skipped: 4,
  usage: 64,
  interrupted: 130,
} as const

export type ErrorCode = 'usage' | 'no-match' | 'missing' | 'host' | 'image' | 'probe' | 'interrupted' | 'skipped'

const exits: Record<ErrorCode, number> = {
  usage: exit.usage,
  'no-match': exit.noMatch,
  missing: exit.broken,
  host: exit.broken,
  image: exit.broken,
  probe: exit.broken,
  interrupted: exit.interrupted,
  skipped: exit.skipped,
}

/** The only error class: what went wrong, the facts that a reader needs, and a hint on what to do. */
export class LabError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly facts: Record<string, unknown>

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; facts?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'LabError'
    this.code = code
    this.hint = options.hint
    this.facts = options.facts ?? {}
  }

  get exitCode(): number {
    return exits[this.code]
  }
}

/** The message of anything thrown, without a stack. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
