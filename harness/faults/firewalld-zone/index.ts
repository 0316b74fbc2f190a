import type { Fault } from '../fault.ts'
import { diagnose } from './diagnose.ts'
import { fixes } from './fixes.ts'
import { inject, type Params, params } from './inject.ts'

/** 002: firewalld rejects what comes from a bridge in no accepting zone. */
export const firewalldZone: Fault<Params> = {
  kind: 'firewalld-zone',
  params,
  inject,
  detectors: { 'firewalld-zone': diagnose },
  fixes,
  well: {
    'firewalld-zone': ({ units, docker }) =>
      units['firewalld.service']?.active === 'active' && docker.server !== ''
        ? 'firewalld lets every Docker bridge through'
        : undefined,
  },
}
