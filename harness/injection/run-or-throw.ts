import type { ExecResult, Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

/** Runs a step of an injection, named by `what` (`the restart of docker`). Throws LabError `host` where it fails. */
export async function must(host: Host, script: string, what: string, deadlineMs = 60_000): Promise<ExecResult> {
  const result = await host.exec(script, { deadlineMs })
  if (result.code === 0) return result
  throw new LabError('host', `${what} did not go through on ${host.name}: exit ${result.code}`, {
    facts: { stderr: result.stderr.slice(-1500), stdout: result.stdout.slice(-500) },
  })
}
