import type { Fault } from '../../injection/fault.ts'
import { rulesFlushed } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** Write-up 001. */
const fault: Fault<Params> = { params, inject, trigger, cause: rulesFlushed }
export default fault
