import type { Fault } from '../../injection/fault.ts'
import { firewalldZone } from './cause.ts'
import { inject, type Params, params } from './inject.ts'

/** 002: firewalld rejects what comes from a bridge in no accepting zone. */
const fault: Fault<Params> = { kind: 'firewalld-zone', params, inject, cause: firewalldZone }
export default fault
