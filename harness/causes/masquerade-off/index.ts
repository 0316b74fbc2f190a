import type { Fault } from '../../injection/fault.ts'
import { masqueradeOff } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** Write-up 004. */
const fault: Fault<Params> = { params, inject, trigger, cause: masqueradeOff }
export default fault
