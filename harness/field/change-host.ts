import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { sleep } from '../lib/retry.ts'
import { settle } from '../probes/containers.ts'

// By then the kernel has given up answers that the script's commands still waited for, and neighbours that they lost.
const restMs = 2000

/**
 * Runs a script on a host as root, with the shell that its first line names or else bash, and waits until the host has
 * settled. Returns the exit code, whatever it is, and the output. Throws LabError `host` if the script does not end.
 */
export async function changeHost(host: Host, text: string): Promise<{ code: number; output: string }> {
  const [, shell = '/bin/bash'] = /^#!\s*(\S+)/.exec(text) ?? []
  // A name that does not give away what is wrong with the host.
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
