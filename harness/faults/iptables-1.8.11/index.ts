import type { Fault } from '../fault.ts'
import { diagnose } from './diagnose.ts'
import { fixes } from './fixes.ts'
import { inject, type Params, params, prepare, trigger } from './inject.ts'

/** 003: an iptables whose -C and -D take every interface for the same. */
export const iptablesCheck: Fault<Params> = {
  kind: 'iptables-1.8.11',
  params,
  prepare,
  inject,
  trigger,
  detectors: { 'iptables-check-broken': diagnose },
  fixes,
  well: {
    'iptables-check-broken': ({ iptables }) =>
      iptables.selfTest.length > 0 ? `${iptables.version} tells interfaces apart in -C and -D` : undefined,
  },
}
