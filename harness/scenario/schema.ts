import { z } from 'zod'
import { crossCheck } from './cross-check.ts'
import { given } from './given.ts'
import { vectorSchema } from './vector.ts'
import { capabilities, fixClasses, traceEnds, tracePlaces, type Vocabulary } from './vocabulary.ts'

export type { Given } from './given.ts'

const name = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, 'must be lower-case words joined by `-` or `.`')
// Reporters print these: nothing in them may steer a terminal or reorder what a reader sees.
const line = z
  .string()
  .regex(/^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$/, 'must be one line of text, without control characters')

/** A list whose entries differ from each other. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.array(item).refine((list) => new Set(list).size === list.length, 'names something twice')

const fixClass = z.enum(fixClasses)
const ladder = z
  .strictObject({
    again: fixClass.optional(),
    'daemon-restart': fixClass.optional(),
    'new-network': fixClass.optional(),
    'firewall-reload': fixClass.optional(),
    'manual-restore': fixClass.optional(),
    reinject: fixClass.optional(),
    reboot: fixClass.optional(),
  })
  .default({})
  .describe('What is left of it after each rung of the durability ladder; climbed in this order.')
export type Rung = keyof z.output<typeof ladder>

const change = z.enum(['changed', 'unchanged']).optional()
const factChanges = z
  .strictObject({
    kernel: z.enum(['changed', 'unchanged', 'newest']).optional().describe('newest: the newest one installed.'),
    bootId: change,
    os: change,
    docker: change,
    iptables: change,
    alternative: change,
  })
  .default({})
  .describe("What becomes of the host's facts (those of the record) since it broke.")

export type FactExpectation = z.output<typeof factChanges>

const died = z.strictObject({
  end: z.enum(traceEnds),
  at: z.enum(tracePlaces).optional().describe('Where it died.'),
  way: z.enum(['out', 'back']).optional().describe('back: it was the answer that died.'),
  chain: line.optional().describe('The chain of the rule that ended it.'),
  owner: line.optional().describe('Whose rule that was.'),
})
const traced = z.union([z.literal('answered'), died]).transform((said) => (said === 'answered' ? { end: said } : said))
export type TraceExpectation = z.output<typeof died>

const verdict = z.enum(['healthy', 'sick', 'unknown'])
export type HostVerdict = z.output<typeof verdict>

const unexplained = z.strictObject({
  kind: line.optional().describe('What is concerned: egress, published, peer, operation …'),
  at: z.enum(tracePlaces).optional().describe('Where it ends.'),
  chain: line.optional().describe('The chain of the rule that ends it.'),
  owner: line.optional().describe('Whose rule that is.'),
})
export type UnexplainedExpectation = z.output<typeof unexplained>

const overlay = z.record(z.string(), z.unknown())

/** How a file expands into cells, beside what each cell says. */
export function expansionSchema({ hosts }: Pick<Vocabulary, 'hosts'>) {
  const onHost = overlay.refine((said) => !('hosts' in said), { path: ['hosts'], error: 'has no place on one host' })
  const on = z
    .partialRecord(z.enum(hosts), onHost)
    .default({})
    .describe('Overlays by host, for what is otherwise there; a variant is merged into them.')
  return z
    .strictObject({
      base: z.boolean().default(true).describe('Whether the scenario runs by itself, beside its variants.'),
      variants: z
        .record(name, z.looseObject({ on }))
        .default({})
        .describe('Overlays of this scenario by name: mappings merge, lists and scalars replace.'),
      on,
    })
    .refine(({ base, variants }) => base || Object.keys(variants).length > 0, {
      path: ['base'],
      error: 'leaves nothing to run: there are no variants',
    })
}

/** The schema of one cell's scenario (a file, or a variant merged into it), strict in every key. */
export function scenarioSchema(vocabulary: Vocabulary) {
  const { faults, probes, hosts, decoys } = vocabulary
  const causes = [...new Set(Object.values(faults).flatMap((fault) => fault.causes))]
  const fixes = [...new Set(Object.values(faults).flatMap((fault) => fault.fixes))]

  const vector = vectorSchema(probes)
  const expectation = z.strictObject({
    probes: vector,
    journal: listOf(line)
      .default([])
      .describe("Text that must stand in the host's journal (part of a line, to the letter)."),
    diagnosis: listOf(z.enum(causes))
      .optional()
      .describe('The causes that detectors must name: these and no other. Needed, but with `and`.'),
    unexplained: z
      .array(unexplained)
      .optional()
      .describe('What else is wrong, and no cause explains: each has to be found, and nothing besides.'),
    verdict: verdict
      .optional()
      .describe('What the diagnosis makes of the host; else `sick` where anything is named or unexplained.'),
    trace: z
      .strictObject({ default: traced.optional(), user: traced.optional() })
      .default({})
      .describe('How a packet fares that is followed from a container on the default bridge, and on a user network.'),
  })
  const fix = z.strictObject({
    use: z
      .string()
      .meta({ enum: fixes })
      .describe("The name of one of the fault's fixes or non-fixes; with `and`, the first's where both have it."),
    expect: z.enum(fixClasses).describe('What it does to the broken host.'),
    leaves: listOf(z.enum(causes))
      .optional()
      .describe('The causes named after it, these and no other; to be said of a fix for one of two faults.'),
    facts: factChanges,
    ladder,
  })

  return z
    .strictObject({
      title: line.describe('What happens, as one sentence for a person.'),
      source: z
        .string()
        .regex(/^\d{3}$/, 'must be three digits in quotes')
        .optional()
        .describe('The write-up it comes from, "000" to "004".'),
      tags: listOf(name).default([]).describe('Words to select it by.'),
      hosts: listOf(z.enum(hosts)).min(1).describe('The images it runs on, folders of images/.'),
      needs: listOf(z.enum(capabilities)).default([]).describe('What a provider must be capable of to run it.'),
      given,
      decoy: z
        .enum(decoys)
        .optional()
        .describe('What a control does to its host: odd, and harmless. No detector may speak.'),
      fault: faultSchema(faults).optional().describe('What is done to the host. Without it the scenario is a control.'),
      and: faultSchema(faults)
        .optional()
        .describe(
          'A second fault, injected once the first has broken the host; causes of both must be named. Probes, diagnosis, ' +
            'unexplained and verdict are then computed from the cells of the same host that inject each of the two alone ' +
            '(same parameters, and `given` as near as can be): whatever either breaks or names. Write what differs from that.',
        ),
      healthy: z
        .strictObject({ probes: vector, verdict: verdict.default('healthy') })
        .prefault({})
        .describe('What differs on the healthy host; no detector may speak there.'),
      latent: expectation
        .optional()
        .describe(
          'After injection and before the trigger. With `and`: of the second fault, on a host that the first has broken; ' +
            '`{}` leaves all of it to be computed.',
        ),
      broken: expectation
        .optional()
        .describe(
          'What is true of the broken host; with `and`, where that is not what its two faults lead to alone. ' +
            'Nothing is computed where both `probes.default` and `diagnosis` are written.',
        ),
      fixes: z.array(fix).default([]).describe('Each is applied to a broken host of its own, and judged.'),
    })
    .superRefine(crossCheck(vocabulary), { when: () => true })
}

export type Scenario = z.output<ReturnType<typeof scenarioSchema>>

/** One strict object per fault kind: `kind` and that fault's own parameters. */
function faultSchema(faults: Vocabulary['faults']) {
  const kinds = Object.entries(faults).map(([kind, { params }]) => {
    if (!(params instanceof z.ZodObject)) throw new TypeError(`fault ${kind}: params must be a z.object`)
    return params.safeExtend({ kind: z.literal(kind) }).strict()
  })
  const [first, ...others] = kinds
  return first ? z.discriminatedUnion('kind', [first, ...others]) : z.never()
}
