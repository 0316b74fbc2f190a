import { z } from 'zod'
import type { Fault } from '../fault.ts'
import { diagnose } from './diagnose.ts'
import { fixes } from './fixes.ts'
import { inject } from './inject.ts'

/** No write-up: seen in this lab, on a Docker 26 that was rebooted out of a stale kernel. */
export const orphanedBridge: Fault = {
  kind: 'orphaned-bridge',
  params: z.strictObject({}),
  inject,
  detectors: { 'orphaned-bridge': diagnose },
  fixes,
  well: {
    'orphaned-bridge': ({ docker }) =>
      docker.server !== '' ? 'dockerd has found its default bridge as it left it' : undefined,
  },
}
