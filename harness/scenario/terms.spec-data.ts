import { z } from 'zod'
import type { Registry } from './terms.ts'

/** A small house: three faults, three probes, two images. */
export const registry: Registry = {
  faults: {
    'stale-kernel': {
      params: z.strictObject({ how: z.enum(['purged', 'module-missing']).default('purged') }),
      fixes: ['reboot', 'depmod'],
      causes: ['stale-kernel'],
    },
    'masquerade-off': {
      params: z
        .strictObject({ through: z.enum(['daemon-json', 'drop-in']), restarts: z.number().int().default(1) })
        .refine(({ restarts }) => restarts < 5, { path: ['restarts'], error: 'meets the start limit' }),
      fixes: ['remove-setting'],
      causes: ['masquerade-off'],
    },
    'look-alike': { params: z.strictObject({}), fixes: ['remove-the-drop'], causes: [] },
  },
  probes: {
    'egress-tcp': { healthy: 'pass', group: 'outward' },
    'host-network': { healthy: 'pass', group: 'outward' },
    isolation: { healthy: 'fail' },
    'host-port': { healthy: undefined },
  },
  hosts: ['debian12', 'debian13'],
  decoys: ['own-nft-rules'],
}

/** The shortest scenario with a fault. */
export const shortest = {
  title: 'Something breaks',
  hosts: ['debian12'],
  fault: { kind: 'stale-kernel' },
  broken: { diagnosis: ['stale-kernel'] },
}
