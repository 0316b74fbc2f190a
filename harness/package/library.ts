import './node18.ts'
import { asJson, type Diagnosis } from '../diagnosis/as-json.ts'
import { examine as examineBundle } from '../diagnosis/examine.ts'
import { collectorScript } from '../evidence/collect.ts'

export type { Diagnosis } from '../diagnosis/as-json.ts'
export type { Finding } from '../diagnosis/examine.ts'
export type { HostProbe } from '../diagnosis/probe.ts'
export type { SymptomGroup } from '../diagnosis/symptom.ts'
export { LabError } from '../lib/errors.ts'
export { version } from '../lib/version.ts'
export type { Trace } from '../trace/trace.ts'

/**
 * Diagnoses a Docker host from its evidence alone: reads, runs and sends nothing. The result is plain data, the same
 * that `dockfault diagnose --json` prints. `host` is the name that it gives the host.
 *
 * `verdict` is `healthy` if every flow that should work was judged and works, `sick` if a cause was named or something
 * certainly fails, and `unknown` otherwise.
 *
 * @param bundle what `collect.sh` printed on the host
 * @throws LabError with code `usage` if the text is no bundle
 */
export const examine = (bundle: string, host = 'bundle'): Diagnosis => asJson(host, examineBundle(bundle))

/** The text of `collect.sh`: a POSIX shell script that prints the bundle of a host and changes nothing there. */
export const collector = (): Promise<string> => collectorScript()
