import { z } from 'zod'
import { crossCheck } from './cross-check.ts'
import { capabilities, expectable, fixClasses, traceEnds, tracePlaces, type Vocabulary } from './vocabulary.ts'

const name = z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/, 'must be lower-case words joined by `-` or `.`')
// Reporters print these: nothing in them may steer a terminal or reorder what a reader sees.
const line = z
  .string()
  .regex(/^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+$/, 'must be one line of text, without control characters')

/** A list whose entries differ from each other. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.array(item).refine((list) => new Set(list).size === list.length, 'names something twice')

const given = z
  .strictObject({
    xtables: z.enum(['nft', 'legacy']).default('nft').describe('The backend behind `iptables` (update-alternatives).'),
    'forward-policy': z
      .enum(['accept', 'drop'])
      .default('drop')
      .describe("Policy of the filter table's FORWARD chain on the healthy host, once dockerd is up."),
    'userland-proxy': z.boolean().default(true).describe('dockerd runs docker-proxy for each published port.'),
    'live-restore': z.boolean().default(false).describe('Containers outlive a restart of dockerd.'),
    'ip-forward': z
      .boolean()
      .optional()
      .describe(
        'net.ipv4.ip_forward before dockerd starts; dockerd turns it on, and only then sets FORWARD to DROP. ' +
          'Unless given, the value that leads to `forward-policy`: false for drop, true for accept.',
      ),
    'br-netfilter': z
      .boolean()
      .default(true)
      .describe('br_netfilter is loaded and bridged IPv4 packets pass through iptables.'),
    ipv6: z.boolean().default(true).describe('IPv6 is enabled on the host.'),
    firewalld: z.boolean().default(false).describe('firewalld runs, and dockerd was started after it.'),
  })
  .transform((said) => ({ ...said, 'ip-forward': said['ip-forward'] ?? said['forward-policy'] === 'accept' }))
  .prefault({})
  .describe('The hidden variables that change results, pinned before the host is proven healthy.')
export type Given = z.output<typeof given>

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

  const vector = z
    .strictObject({
      default: z
        .enum([...expectable, 'healthy'])
        .default('healthy')
        .describe('Every probe not named here; `healthy` means what is expected of it on the healthy host.'),
      ...Object.fromEntries(
        Object.entries(probes).map(([probe, healthy]) => [
          probe,
          z
            .enum(expectable)
            .optional()
            .describe(healthy ? `On a healthy host: ${healthy}.` : 'Asked only where `healthy.probes` names it.'),
        ]),
      ),
    })
    .prefault({})
    .describe('The outcome of each probe.')
  const expectation = z.strictObject({
    probes: vector,
    journal: listOf(line)
      .default([])
      .describe("Text that must stand in the host's journal (part of a line, to the letter)."),
    diagnosis: listOf(z.enum(causes)).describe('The causes that detectors must name: these and no other.'),
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
        .describe('A second fault, injected once the first has broken the host; causes of both must be named.'),
      healthy: z
        .strictObject({ probes: vector })
        .prefault({})
        .describe('What differs on the healthy host; no detector may speak there.'),
      latent: expectation.optional().describe('After injection and before the trigger (the last, with `and`).'),
      broken: expectation.optional().describe('What is true of the broken host.'),
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
