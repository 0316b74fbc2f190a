import type { Fault } from '../fault.ts'
import { firewalldZone as cause } from './cause.ts'
import { inject, type Params, params } from './inject.ts'

/** 002: firewalld rejects what comes from a bridge in no accepting zone. */
const firewalldZone: Fault<Params> = { kind: 'firewalld-zone', params, inject, cause }
export default firewalldZone
