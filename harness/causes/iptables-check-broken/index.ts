import type { Fault } from '../../injection/fault.ts'
import { iptablesCheckBroken } from './cause.ts'
import { inject, type Params, params, prepare, trigger } from './inject.ts'

/** Write-up 003. */
const fault: Fault<Params> = {
  params,
  prepare,
  inject,
  trigger,
  cause: iptablesCheckBroken,
}
export default fault
