import type { Fault } from '../fault.ts'
import { staleKernel as cause } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** 000: a kernel upgraded without a reboot. */
const staleKernel: Fault<Params> = { kind: 'stale-kernel', params, inject, trigger, cause }
export default staleKernel
