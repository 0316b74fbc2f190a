import type { Fault } from '../fault.ts'
import { masqueradeOff } from './cause.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** 004: dockerd was set not to masquerade. */
const ipMasqFalse: Fault<Params> = { kind: 'ip-masq-false', params, inject, trigger, cause: masqueradeOff }
export default ipMasqFalse
