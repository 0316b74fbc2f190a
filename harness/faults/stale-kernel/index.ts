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
  well: {
    'stale-kernel': ({ modules, system }) =>
      modules.length > 0 &&
      modules.every(({ name, state }) => state !== 'missing' || /^(ip_tables|iptable_)/.test(name))
        ? `the running kernel ${system.kernel} can load every module that Docker needs`
        : undefined,
  },
}
