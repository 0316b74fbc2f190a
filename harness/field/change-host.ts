import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { sleep } from '../lib/retry.ts'
import { settle } from '../probes/containers.ts'

// Answers that the script's own commands were waiting for, and neighbours that they have just lost, are given up by then.
const restMs = 2000

/**
 * Runs a script on a host as root, by the shell that its first line names, else bash, and waits until the host has come to
 * rest. Gives its exit code, which may be any, and what it printed. Throws LabError `host` where it does not end.
 */
export async function changeHost(host: Host, text: string): Promise<{ code: number; output: string }> {
  const [, shell = '/bin/bash'] = /^#!\s*(\S+)/.exec(text) ?? []
  // Under a name that gives nothing away.
  const file = '/root/change.sh'
  await host.put(file, text, 0o700)
  const { code, stdout, stderr } = await host.exec(`cd /root && ${shell} ${file}; code=$?; rm -f ${file}; exit $code`, {
    deadlineMs: 180_000,
  })
  if (code === 124) throw new LabError('host', 'the script does not end', { facts: { stdout: stdout.slice(-1000) } })
  await settle(host)
  await sleep(restMs)
  return { code, output: `${stdout}${stderr && `\n${stderr}`}` }
}
