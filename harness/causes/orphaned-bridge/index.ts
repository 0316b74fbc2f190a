import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { orphanedBridge } from './cause.ts'
import { inject } from './inject.ts'

/** No write-up: seen in this lab, on a Docker 26 that was rebooted out of a stale kernel. */
const fault: Fault = { kind: 'orphaned-bridge', params: z.strictObject({}), inject, cause: orphanedBridge }
export default fault
