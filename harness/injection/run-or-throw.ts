import type { ExecResult, Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'

/** Runs a step of an injection; `what` names it (`the restart of docker`). Throws LabError `host` if it fails. */
export async function runOrThrow(host: Host, script: string, what: string, deadlineMs = 60_000): Promise<ExecResult> {
  const result = await host.exec(script, { deadlineMs })
  if (result.code === 0) return result
  throw new LabError('host', `${what} failed on ${host.name}: exit ${result.code}`, {
    facts: { stderr: result.stderr.slice(-1500), stdout: result.stdout.slice(-500) },
  })
}
