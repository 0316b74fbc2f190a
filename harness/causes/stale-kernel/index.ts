import type { Fault } from '../../injection/fault.ts'
import { staleKernel } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** Write-up 000. */
const fault: Fault<Params> = { params, inject, trigger, cause: staleKernel }
export default fault
