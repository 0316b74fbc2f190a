import { readFile } from 'node:fs/promises'
import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

// Sections run side by side, and an emulated host has one processor for all of them: each waits for the others.
// biome-ignore lint/suspicious/noTemplateCurlyInString: a shell's own
const unhurried = '[ "${PATIENCE:-4}" -le 4 ] || PATIENCE=$((PATIENCE * 3))\n'

/**
 * Runs the collector on a host, in one round trip, and gives its bundle; what was printed of it where the host did not
 * finish in time. Throws LabError `host` where nothing was.
 */
export async function collect(host: Pick<Host, 'name' | 'exec'>, deadlineMs = 30_000): Promise<string> {
  const script = await readFile(new URL('./collect.sh', import.meta.url), 'utf8')
  const { code, stdout, stderr } = await host.exec(unhurried + script, { deadlineMs })
  if (code !== 0 && !/^dockfault-evidence .*\n--- /.test(stdout))
    throw new LabError('host', `the collector did not finish on ${host.name}: exit ${code}`, {
      facts: { stderr: stderr.slice(-1000) },
    })
  return stdout
}
