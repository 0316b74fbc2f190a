import type { Fault } from '../../injection/fault.ts'
import { iptablesOff } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

const fault: Fault<Params> = { params, inject, trigger, cause: iptablesOff }
export default fault
