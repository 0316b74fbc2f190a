import type { Fault } from '../fault.ts'
import { rulesFlushed } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** 001: a restart of iptables.service takes Docker's rules away. */
const restartIptables: Fault<Params> = { kind: 'restart-iptables', params, inject, trigger, cause: rulesFlushed }
export default restartIptables
