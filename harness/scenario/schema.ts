import { z } from 'zod'
import { given } from './conditions.ts'
import { crossCheck } from './cross-check.ts'
import { capabilities, fixClasses, type Registry, traceEnds, traceSteps } from './terms.ts'
import { vectorSchema } from './vector.ts'

export type { Conditions } from './conditions.ts'

const name = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, 'must be lower-case words joined by `-` or `.`')
// Reports print these texts, so none may steer a terminal or reorder what a reader sees.
const line = z
  .string()
  .regex(/^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$/, 'must be one line of text, without control characters')

/** A list without repeated entries. */
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
  .describe('What remains of its effect after each rung of the durability ladder. The rungs are tried in this order.')
export type Rung = keyof z.output<typeof ladder>

const change = z.enum(['changed', 'unchanged']).optional()
const factChanges = z
  .strictObject({
    kernel: z
      .enum(['changed', 'unchanged', 'newest'])
      .optional()
      .describe('newest: the newest kernel that is installed.'),
    bootId: change,
    os: change,
    docker: change,
    iptables: change,
    alternative: change,
  })
  .default({})
  .describe("Which of the host's facts (those of the record) have changed since it broke.")

export type FactExpectation = z.output<typeof factChanges>

const died = z.strictObject({
  end: z.enum(traceEnds),
  at: z.enum(traceSteps).optional().describe('The step at which it ended.'),
  way: z.enum(['out', 'back']).optional().describe('back: the answer ended there, not the request.'),
  chain: line.optional().describe('The chain of the terminating rule.'),
  owner: line.optional().describe('The owner of that rule.'),
})
const traced = z
  .union([z.literal('answered'), died])
  .transform((written) => (written === 'answered' ? { end: written } : written))
export type TraceExpectation = z.output<typeof died>

const verdict = z.enum(['healthy', 'sick', 'unknown'])
export type HostVerdict = z.output<typeof verdict>

const unexplained = z.strictObject({
  kind: line.optional().describe('The kind of symptom: egress, published, peer, operation …'),
  at: z.enum(traceSteps).optional().describe('The step at which it ends.'),
  chain: line.optional().describe('The chain of the terminating rule.'),
  owner: line.optional().describe('The owner of that rule.'),
})
export type UnexplainedExpectation = z.output<typeof unexplained>

const overlay = z.record(z.string(), z.unknown())

/** The schema of the keys by which a file expands into cells. */
export function expansionSchema({ hosts }: Pick<Registry, 'hosts'>) {
  const onHost = overlay.refine((written) => !('hosts' in written), {
    path: ['hosts'],
    error: 'cannot stand in an overlay for one host',
  })
  const on = z
    .partialRecord(z.enum(hosts), onHost)
    .default({})
    .describe('Overlays by host, for what differs there. A variant is merged over them.')
  return z
    .strictObject({
      base: z.boolean().default(true).describe('Whether the scenario itself runs, not only its variants.'),
      variants: z
        .record(name, z.looseObject({ on }))
        .default({})
        .describe('Overlays of this scenario by name. Mappings merge; lists and scalars replace.'),
      on,
    })
    .refine(({ base, variants }) => base || Object.keys(variants).length > 0, {
      path: ['base'],
      error: 'leaves nothing to run, because there are no variants',
    })
}

/** The schema of one cell's scenario: a file, or a variant merged into it. It refuses unknown keys. */
export function scenarioSchema(registry: Registry) {
  const { faults, probes, hosts, decoys } = registry
  const causes = [...new Set(Object.values(faults).flatMap((fault) => fault.causes))]
  const fixes = [...new Set(Object.values(faults).flatMap((fault) => fault.fixes))]

  const vector = vectorSchema(probes)
  const expectation = z.strictObject({
    probes: vector,
    journal: listOf(line)
      .default([])
      .describe("Texts that the host's journal holds, each exactly and within one line."),
    diagnosis: listOf(z.enum(causes))
      .optional()
      .describe('The causes that detectors name: these and no other. Required, except with `and`.'),
    unexplained: z.array(unexplained).optional().describe('The symptoms that no cause explains: these and no other.'),
    verdict: verdict
      .optional()
      .describe('The verdict on the host. The default is `sick` where anything is named or unexplained.'),
    trace: z
      .strictObject({ default: traced.optional(), user: traced.optional() })
      .default({})
      .describe('How a traced packet ends that starts on the default bridge, and one that starts on a user network.'),
  })
  const fix = z.strictObject({
    use: z
      .string()
      .meta({ enum: fixes })
      .describe('A fix or non-fix of the fault. With `and`, that of the first fault where both have one of this name.'),
    expect: z.enum(fixClasses).describe('Its effect on the broken host.'),
    leaves: listOf(z.enum(causes))
      .optional()
      .describe('The causes named after the fix: these and no other. Required with `and`, unless the fix cures.'),
    facts: factChanges,
    ladder,
  })

  return z
    .strictObject({
      title: line.describe('What happens, as one sentence for people.'),
      source: z
        .string()
        .regex(/^\d{3}$/, 'must be three digits in quotes')
        .optional()
        .describe('The write-up that describes it, "000" to "004".'),
      tags: listOf(name).default([]).describe('Words by which a pattern selects it.'),
      hosts: listOf(z.enum(hosts)).min(1).describe('The images it runs on, as folders of images/.'),
      needs: listOf(z.enum(capabilities)).default([]).describe('The capabilities that a provider needs to run it.'),
      given,
      decoy: z
        .enum(decoys)
        .optional()
        .describe('An odd but harmless change to the host of a control. No detector may name a cause for it.'),
      fault: faultSchema(faults).optional().describe('The fault to inject. A scenario without one is a control.'),
      and: faultSchema(faults)
        .optional()
        .describe(
          'A second fault, injected once the first has broken the host. Detectors name the causes of both. Probes, ' +
            'diagnosis, unexplained and verdict are computed from two cells of the same host, which inject one of the ' +
            'faults each (same parameters, nearest `given`): whatever either breaks or names. Write only what differs.',
        ),
      healthy: z
        .strictObject({ probes: vector, verdict: verdict.default('healthy') })
        .prefault({})
        .describe('What differs on the healthy host. No detector may name a cause there.'),
      latent: expectation
        .optional()
        .describe(
          'The host after injection and before the trigger. With `and`: after injection of the second fault, when the ' +
            'first has broken the host; `{}` leaves everything computed.',
        ),
      broken: expectation
        .optional()
        .describe(
          'The broken host. With `and`: only what differs from the two faults alone. Nothing is computed where both ' +
            '`probes.default` and `diagnosis` are written.',
        ),
      fixes: z.array(fix).default([]).describe('Each is applied to its own broken host and judged.'),
    })
    .superRefine(crossCheck(registry), { when: () => true })
}

export type Scenario = z.output<ReturnType<typeof scenarioSchema>>

/** One strict object for each kind of fault: `kind` and the parameters of that fault. */
function faultSchema(faults: Registry['faults']) {
  const kinds = Object.entries(faults).map(([kind, { params }]) => {
    if (!(params instanceof z.ZodObject)) throw new TypeError(`fault ${kind}: params must be a z.object`)
    return params.safeExtend({ kind: z.literal(kind) }).strict()
  })
  const [first, ...others] = kinds
  return first ? z.discriminatedUnion('kind', [first, ...others]) : z.never()
}
