import type { Fault } from '../../injection/fault.ts'
import { firewalldZone } from './cause.ts'
import { inject, type Params, params } from './inject.ts'

/** Write-up 002. */
const fault: Fault<Params> = { params, inject, cause: firewalldZone }
export default fault
