import type { Fault } from '../fault.ts'
import { diagnose } from './diagnose.ts'
import { fixes } from './fixes.ts'
import { inject, type Params, params, trigger } from './inject.ts'

/** 004: dockerd was told not to masquerade. */
export const ipMasqFalse: Fault<Params> = {
  kind: 'ip-masq-false',
  params,
  inject,
  trigger,
  detectors: { 'masquerade-off': diagnose },
  fixes,
  well: {
    'masquerade-off': ({ docker }) => (docker.server !== '' ? 'Docker is told to masquerade' : undefined),
  },
}
