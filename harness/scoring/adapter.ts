import { z } from 'zod'
import { capabilities } from '../scenario/vocabulary.ts'

/** The word of a detector that can tell sick from well and no more. */
export const unwell = 'unwell'

// Exit codes from here on are a shell's and timeout's own: killed, not found, crashed. None of them is an answer.
const crash = 124

const line = z.string().regex(/^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$/, 'must be one line of text')
const word = (what: string) => z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9+._-]*$/, `must be the name of a ${what}`)
const pattern = z.string().superRefine((text, context) => {
  try {
    new RegExp(text, 'm')
  } catch (error) {
    context.addIssue({ code: 'custom', message: `is no regular expression: ${(error as Error).message}` })
  }
})
const exitCode = z
  .number()
  .refine(
    (code) => Number.isInteger(code) && code >= 0 && code < crash,
    `must be an exit code from 0 to ${crash - 1}: what is above is a crash, and never an answer`,
  )

/** The schema of an adapter file, strict in every key; `causes` are those that can be named. */
export function adapterSchema(causes: readonly string[]) {
  const rule = z
    .strictObject({
      output: pattern.optional().describe('A regular expression; ^ and $ are the ends of a line of stdout or stderr.'),
      exit: z.array(exitCode).min(1).optional().describe('Exit codes, each among `exits`.'),
      cause: z
        .enum([...causes, unwell])
        .describe(`What it says there; \`${unwell}\`: something is wrong, no cause named.`),
    })
    .refine(({ output, exit }) => output !== undefined || exit !== undefined, 'needs `output` or `exit`')
  return z
    .strictObject({
      title: line.describe('What it is, for a person.'),
      needs: z.array(z.enum(capabilities)).default([]).describe('A host without these is skipped, as in a scenario.'),
      packages: z.array(word('Debian package')).default([]).describe('Unpacked on the host where they are not there.'),
      programs: z.array(word('program')).default([]).describe('Without them on the host it is not asked, but skipped.'),
      command: z.string().min(1).describe('POSIX sh, run as root on the host. It must leave the host as it is.'),
      deadline: z
        .number()
        .refine(
          (seconds) => Number.isInteger(seconds) && seconds >= 1 && seconds <= 600,
          'must be whole seconds, 1 to 600',
        )
        .default(60)
        .describe('Seconds on fast hardware.'),
      exits: z.array(exitCode).min(1).default([0]).describe('Exit codes of an answer; any other is an error.'),
      answer: pattern.optional().describe('A regular expression that an answer holds; without it: an error.'),
      rules: z.array(rule).min(1).describe('All that match count; where none does, it says that all is well.'),
    })
    .superRefine(({ exits, rules }, context) => {
      for (const [index, { exit = [] }] of rules.entries())
        for (const code of exit.filter((each) => !exits.includes(each)))
          context.addIssue({
            code: 'custom',
            path: ['rules', index, 'exit'],
            message: `holds ${code}, which is not one of \`exits\``,
          })
    })
}

/** An outside detector: a command run on the host, and how its words are read. */
export type Adapter = z.output<ReturnType<typeof adapterSchema>> & { name: string }

/** A bare command as a detector: by its exit code it says that all is well (0) or that something is not (1 to 123). */
export const commandAdapter = (command: string): Adapter => ({
  name: command,
  title: 'A command: exit 0 is well, 1 to 123 is not',
  needs: [],
  packages: [],
  programs: [],
  command,
  deadline: 60,
  exits: Array.from({ length: crash }, (_, code) => code),
  rules: [{ exit: Array.from({ length: crash - 1 }, (_, code) => code + 1), cause: unwell }],
})
