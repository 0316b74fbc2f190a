import { readFile } from 'node:fs/promises'
import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

/** Runs the collector on a host, in one round trip, and gives its bundle. Throws LabError `host` where it did not finish. */
export async function collect(host: Pick<Host, 'name' | 'exec'>, deadlineMs = 30_000): Promise<string> {
  const script = await readFile(new URL('./collect.sh', import.meta.url), 'utf8')
  const result = await host.exec(script, { deadlineMs })
  if (result.code !== 0)
    throw new LabError('host', `the collector did not finish on ${host.name}: exit ${result.code}`, {
      facts: { stderr: result.stderr.slice(-1000) },
    })
  return result.stdout
}
