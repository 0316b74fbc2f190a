import { z } from 'zod'
import { capabilities } from '../scenario/terms.ts'

/** The word for a detector that knows whether a host is sick, but not why. */
export const sickWord = 'sick'
// Adapters written for the first version use this one.
const olderSickWord = 'unwell'

// Exit codes from here on belong to the shell and `timeout`: killed, not found, crashed. None of them is an answer.
const crash = 124

const line = z.string().regex(/^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$/, 'must be one line of text')
const word = (what: string) => z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9+._-]*$/, `must be the name of a ${what}`)
const pattern = z.string().superRefine((text, context) => {
  try {
    new RegExp(text, 'm')
  } catch (error) {
    context.addIssue({ code: 'custom', message: `is not a regular expression: ${(error as Error).message}` })
  }
})
const exitCode = z
  .number()
  .refine(
    (code) => Number.isInteger(code) && code >= 0 && code < crash,
    `must be an exit code from 0 to ${crash - 1}; higher codes are crashes, never answers`,
  )

/** The schema of an adapter file, which refuses unknown keys; `causes` are those that a rule may name. */
export function adapterSchema(causes: readonly string[]) {
  const rule = z
    .strictObject({
      output: pattern
        .optional()
        .describe('A regular expression. ^ and $ match the ends of a line of stdout or stderr.'),
      exit: z.array(exitCode).min(1).optional().describe('Exit codes, each one of `exits`.'),
      cause: z
        .preprocess((word) => (word === olderSickWord ? sickWord : word), z.enum([...causes, sickWord]))
        .describe(`The cause it names there; \`${sickWord}\`: something is wrong, but it names no cause.`),
    })
    .refine(({ output, exit }) => output !== undefined || exit !== undefined, 'needs `output` or `exit`')
  return z
    .strictObject({
      title: line.describe('What the detector is, for people.'),
      needs: z
        .array(z.enum(capabilities))
        .default([])
        .describe('Capabilities, as in a scenario. A host without them is skipped.'),
      packages: z.array(word('Debian package')).default([]).describe('Packages to unpack on a host that lacks them.'),
      programs: z.array(word('program')).default([]).describe('Programs it needs. A host without them is skipped.'),
      command: z.string().min(1).describe('POSIX sh, run as root on the host. It must not change the host.'),
      deadline: z
        .number()
        .refine(
          (seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 600,
          'must be whole seconds, 1 to 600',
        )
        .default(60)
        .describe('Seconds on fast hardware.'),
      exits: z.array(exitCode).min(1).default([0]).describe('Exit codes that mean an answer; any other is an error.'),
      answer: pattern.optional().describe('A regular expression that an answer matches; anything else is an error.'),
      rules: z
        .array(rule)
        .min(1)
        .describe('Every rule that matches counts. Where none matches, the answer is that the host is healthy.'),
    })
    .superRefine(({ exits, rules }, context) => {
      for (const [index, { exit = [] }] of rules.entries())
        for (const code of exit.filter((each) => !exits.includes(each)))
          context.addIssue({
            code: 'custom',
            path: ['rules', index, 'exit'],
            message: `contains ${code}, which is not one of \`exits\``,
          })
    })
}

/** An outside detector: a command that runs on the host, and the rules that read its output. */
export type Adapter = z.output<ReturnType<typeof adapterSchema>> & { name: string }

/** A command as a detector. Its exit code means healthy (0) or sick (1 to 123). */
export const commandAdapter = (command: string): Adapter => ({
  name: command,
  title: 'A command: exit 0 means healthy, 1 to 123 means sick',
  needs: [],
  packages: [],
  programs: [],
  command,
  deadline: 60,
  exits: Array.from({ length: crash }, (_, code) => code),
  rules: [{ exit: Array.from({ length: crash - 1 }, (_, code) => code + 1), cause: sickWord }],
})
