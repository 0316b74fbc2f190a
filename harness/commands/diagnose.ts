import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { type Examination, examine } from '../diagnosis/examine.ts'
import { withPackets } from '../diagnosis/followed.ts'
import { probeHost } from '../diagnosis/probe.ts'
import { collect } from '../evidence/collect.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { examinationLines } from '../report/terminal/examination.ts'
import { bySsh, type Target, thisMachine } from '../targets/target.ts'
import { anywhere, readTarget } from '../trace/flow.ts'
import { trace, traceAll } from '../trace/index.ts'
import type { Trace } from '../trace/trace.ts'

/** Milliseconds: a host that is in trouble may be slow. */
export const patience = 180_000

/** Exit codes of a diagnosis: a contract of its own. */
const codes = { healthy: 0, sick: 1, unknown: 2 } as const

/**
 * `npm run diagnose [-- --ssh user@host | --bundle FILE]`: what is wrong with a host, what to do, and what not to. Changes
 * nothing. With `--trace` it also follows real packets of every flow, or of one to a target, and with `--probe` it starts
 * a container for a moment.
 */
export default async function diagnose(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...reachOptions,
      bundle: { type: 'string' },
      trace: { type: 'boolean', default: false },
      probe: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  const { ssh, bundle, json } = values
  if (ssh !== undefined && bundle !== undefined) throw new LabError('usage', '--ssh and --bundle: which of them?')
  if (bundle !== undefined && (values.trace || values.probe))
    throw new LabError('usage', 'a bundle is a host’s words: no packet can be sent there', {
      hint: 'how one would fare is told without --trace',
    })
  if (positionals.length > (values.trace ? 1 : 0))
    throw new LabError('usage', `${positionals.at(-1)}: not asked for`, { hint: 'a target follows --trace' })
  const [named] = positionals
  const target = readTarget(named ?? anywhere)
  const host = bundle === undefined ? reach(values) : undefined

  const examined = examine(host ? await collect(host, patience) : await readBundleFile(bundle!))
  const { facts } = examined
  const follow = async (): Promise<Trace[]> =>
    named === undefined ? traceAll(host!, target, facts) : [await trace(host!, target, facts)]
  const followed = host && values.trace ? await follow() : []
  // A packet that was really sent knows better than a simulated one.
  const seen = withPackets(examined, followed)
  const probes = host && values.probe ? await probeHost(host, target) : []
  const silent = probes.filter(({ answered }) => !answered)
  if (silent.length > 0 && seen.verdict !== 'sick') {
    seen.verdict = 'sick'
    seen.unexplained.push(...silent.map(({ asks, says }) => `${asks}: no (${says})`))
  }
  const name = ssh ?? bundle ?? 'this machine'
  if (json) console.log(JSON.stringify(asJson(name, seen, followed, probes), null, 2))
  else {
    const paint = pc.createColors(process.stdout.isTTY === true && !process.env.NO_COLOR)
    for (const line of examinationLines(name, seen, followed, paint)) console.log(line)
    for (const { asks, answered, says } of probes)
      console.log(`  ${answered ? paint.green('✓') : paint.red('✗')} ${asks}${answered ? '' : paint.dim(`  ${says}`)}`)
  }
  return codes[seen.verdict]
}

/** The options that say which host to look at. */
export const reachOptions = { ssh: { type: 'string' }, 'ssh-config': { type: 'string' } } as const

/** The host to look at: this machine, or one by ssh. */
export function reach({ ssh, 'ssh-config': config }: { ssh?: string; 'ssh-config'?: string }): Target {
  if (ssh === undefined && config !== undefined) throw new LabError('usage', '--ssh-config is of use with --ssh alone')
  return ssh === undefined ? thisMachine() : bySsh(ssh, config)
}

/** The text of a bundle. Throws LabError `host` where it cannot be read. */
export async function readBundleFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new LabError('host', `${file} cannot be read: ${messageOf(error)}`)
  }
}

const asJson = (host: string, { facts, causes: _, ...seen }: Examination, followed: Trace[], probes: unknown[]) => ({
  // 2: `well` became `ruledOut` and `works`, `unnamed` became `unexplained`.
  version: 2,
  host,
  ...seen,
  followed,
  probes,
  facts: { ...facts.system, docker: facts.docker.server, iptables: facts.iptables.version },
})
