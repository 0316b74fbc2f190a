import type { Fault } from '../../injection/fault.ts'
import { staleKernel } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** 000: a kernel upgraded without a reboot. */
const fault: Fault<Params> = { kind: 'stale-kernel', params, inject, trigger, cause: staleKernel }
export default fault
