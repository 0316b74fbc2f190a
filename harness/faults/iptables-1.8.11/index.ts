import type { Fault } from '../fault.ts'
import { checkBroken } from './cause.ts'
import { inject, type Params, params, prepare, trigger } from './inject.ts'

/** 003: an iptables whose -C and -D take every interface for the same. */
const iptablesCheck: Fault<Params> = { kind: 'iptables-1.8.11', params, prepare, inject, trigger, cause: checkBroken }
export default iptablesCheck
