import { asJson } from '../diagnosis/as-json.ts'
import { examine } from '../diagnosis/examine.ts'
import { withPackets } from '../diagnosis/followed.ts'
import { probeHost } from '../diagnosis/probe.ts'
import { sosBundle } from '../evidence/sos/index.ts'
import { LabError } from '../lib/errors.ts'
import { safeJson } from '../lib/text.ts'
import { colorsFor } from '../report/terminal/colors.ts'
import { examinationLines } from '../report/terminal/examination.ts'
import { fitLines } from '../report/terminal/fit-lines.ts'
import { anywhere, readTarget } from '../trace/flow.ts'
import { trace, traceAll } from '../trace/index.ts'
import type { Trace } from '../trace/trace.ts'
import { parse } from './parse.ts'
import { collectFrom, nameOfBundle, readBundleFile, targetOf } from './target-of.ts'

/** The exit codes of a diagnosis. They are a contract. */
const codes = { healthy: 0, sick: 1, unknown: 2 } as const

/** What only a clone can use. */
interface Means {
  /** The archive of the probe image in base64, for a host without one. */
  probeArchive?: () => Promise<string>
}

/**
 * `diagnose [--ssh user@host | --bundle FILE | --sos FILE]`: names what is wrong with a host, what repairs it, and what does not.
 * Changes nothing. `--trace` also follows real packets of every flow, or to one target. `--probe` also starts a
 * container for a moment.
 */
export default (args: string[], signal: AbortSignal): Promise<number> => diagnoseWith(args, signal)

/** The same, with what the package does not have. */
export async function diagnoseWith(args: string[], signal: AbortSignal, { probeArchive }: Means = {}): Promise<number> {
  const { values, positionals } = parse('diagnose', args)
  const { ssh, bundle, sos, json } = values
  const sources = Object.entries({ ssh, bundle, sos }).flatMap(([name, value]) =>
    value === undefined ? [] : `--${name}`,
  )
  if (sources.length > 1) throw new LabError('usage', `${sources.join(' and ')} exclude each other: use one`)
  const file = bundle ?? sos
  if (file !== undefined && (values.trace || values.probe)) {
    const what = bundle === undefined ? 'sos report' : 'bundle'
    throw new LabError('usage', `--trace and --probe need a host: a ${what} holds only what a host printed`, {
      hint: `without them, the diagnosis of the ${what} simulates every flow`,
    })
  }
  if (positionals.length > (values.trace ? 1 : 0))
    throw new LabError('usage', `unexpected argument: ${positionals.at(-1)}`, {
      hint: 'the only argument is the target of --trace; a file follows --bundle or --sos',
    })
  const [named] = positionals
  const target = readTarget(named ?? anywhere)
  const host = file === undefined ? targetOf(values) : undefined

  const evidence = async (): Promise<string> => {
    if (host) return collectFrom(host, signal)
    return sos === undefined ? readBundleFile(bundle!) : sosBundle(sos)
  }
  const examined = examine(await evidence())
  const { facts } = examined
  const follow = async (): Promise<Trace[]> =>
    named === undefined ? traceAll(host!, target, facts) : [await trace(host!, target, facts)]
  const followed = host && values.trace ? await follow() : []
  // A real packet outweighs a simulated one.
  const seen = withPackets(examined, followed)
  const probes = host && values.probe ? await probeHost(host, target, probeArchive) : []
  const silent = probes.filter(({ answered }) => !answered)
  if (silent.length > 0 && seen.verdict !== 'sick') {
    seen.verdict = 'sick'
    seen.unexplained.push(...silent.map(({ check, message }) => `${check}: no (${message})`))
  }
  const name = ssh ?? (bundle === undefined ? (sos ?? 'this machine') : nameOfBundle(bundle))
  if (json) console.log(safeJson(asJson(name, seen, followed, probes), 2))
  else {
    const paint = colorsFor(process.stdout)
    const lines = [
      ...examinationLines(name, seen, followed, paint),
      ...probes.map(({ check, answered, message }) =>
        answered ? `  ${paint.green('✓')} ${check}` : `  ${paint.red('✗')} ${check}${paint.dim(`  ${message}`)}`,
      ),
    ]
    for (const line of fitLines(lines, paint.columns)) console.log(line)
  }
  return codes[seen.verdict]
}
