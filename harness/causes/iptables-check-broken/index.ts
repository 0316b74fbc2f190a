import type { Fault } from '../../injection/fault.ts'
import { iptablesCheckBroken } from './cause.ts'
import { inject, type Params, params, prepare, trigger } from './inject.ts'

/** 003: an iptables whose -C and -D take every interface for the same. */
const fault: Fault<Params> = {
  kind: 'iptables-check-broken',
  params,
  prepare,
  inject,
  trigger,
  cause: iptablesCheckBroken,
}
export default fault
