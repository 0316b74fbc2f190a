import { z } from 'zod'
import type { Fault } from '../fault.ts'
import { orphanedBridge as cause } from './cause.ts'
import { inject } from './inject.ts'

/** No write-up: seen in this lab, on a Docker 26 that was rebooted out of a stale kernel. */
const orphanedBridge: Fault = { kind: 'orphaned-bridge', params: z.strictObject({}), inject, cause }
export default orphanedBridge
