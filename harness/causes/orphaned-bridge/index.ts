import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { orphanedBridge } from './cause.ts'
import { inject } from './inject.ts'

/** No write-up: first seen in this lab, with Docker 26, after a reboot out of a stale kernel. */
const fault: Fault = { params: z.strictObject({}), inject, cause: orphanedBridge }
export default fault
