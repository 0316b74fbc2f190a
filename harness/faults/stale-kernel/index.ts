import type { Fault } from '../fault.ts'
import { diagnose } from './diagnose.ts'
import { fixes } from './fixes.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** 000: a kernel upgraded without a reboot. */
export const staleKernel: Fault<Params> = {
  kind: 'stale-kernel',
  params,
  inject,
  trigger,
  detectors: { 'stale-kernel': diagnose },
  fixes,
}
