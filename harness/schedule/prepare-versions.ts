import type { BuildOptions } from '../images/cache.ts'
import { buildIptables, hasIptables } from '../images/iptables.ts'
import { selfTestOf } from '../injection/iptables-self-test.ts'
import { messageOf } from '../lib/errors.ts'
import type { BisectRecord } from '../results/bisect-record.ts'

/** What can be learned of versions before any host runs. */
export type Prepared = Required<Pick<BisectRecord, 'skipped' | 'notes' | 'tests'>>

/** Makes the versions of an axis, as far as they can be had, and tests each where that needs no host. */
export async function prepareVersions(
  { axis, versions }: Pick<BisectRecord, 'axis' | 'versions'>,
  options: BuildOptions,
): Promise<Prepared> {
  const prepared: Prepared = { skipped: {}, notes: {}, tests: {} }
  // Images and kernels are made with their hosts.
  for (const version of axis === 'iptables' ? versions : []) await prepareIptables(version, prepared, options)
  return prepared
}

async function prepareIptables(
  version: string,
  { skipped, notes, tests }: Prepared,
  options: BuildOptions,
): Promise<void> {
  if (!hasIptables(version)) {
    skipped[version] = 'no suite of Debian has its source'
    return
  }
  try {
    const { file, note } = await buildIptables(version, options)
    if (note) notes[version] = note
    const answers = await selfTestOf(file, options.signal)
    if (typeof answers === 'string') options.progress(`iptables ${version}: ${answers}`)
    else tests[version] = answers
  } catch (error) {
    options.signal.throwIfAborted()
    skipped[version] = `it could not be built: ${messageOf(error)}`
  }
}
