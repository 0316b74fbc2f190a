import { readFile } from 'node:fs/promises'
import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

// Sections run side by side. An emulated host has one processor, so each waits for the others and needs more time.
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is a shell expansion
const unhurried = '[ "${PATIENCE:-4}" -le 4 ] || PATIENCE=$((PATIENCE * 3))\n'

/** How long the collector may take, in milliseconds: it ends by itself, on a slow or busy host after 12 times 24 s. */
const collectMs = 320_000

/**
 * Runs the collector on a host in one round trip, and gives its bundle; a part of it where the host did not finish in
 * time. `options` are options of the script. Throws LabError `host` where it printed no section.
 */
export async function collect(host: Pick<Host, 'name' | 'exec'>, options: readonly string[] = []): Promise<string> {
  const words = options.length > 0 ? `set -- ${options.join(' ')}\n` : ''
  const { code, stdout, stderr } = await host.exec(words + unhurried + (await collectorScript()), {
    deadlineMs: collectMs,
  })
  if (code !== 0 && !/^dockfault-evidence .*\n--- /.test(stdout))
    throw new LabError('host', `the collector did not finish on ${host.name}: exit ${code}`, {
      facts: { stderr: stderr.slice(-1000) },
    })
  return stdout
}

/** The text of the collector: POSIX sh. */
export const collectorScript = (): Promise<string> => readFile(new URL('./collect.sh', import.meta.url), 'utf8')
