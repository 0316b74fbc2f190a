import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { dockerdHung } from './cause.ts'

const params = z.strictObject({
  signal: z.enum(['STOP', 'TSTP']).default('STOP').describe('STOP cannot be caught; TSTP is what Ctrl-Z sends'),
})

const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: dockerdHung,
  async inject(host, { signal }) {
    await runOrThrow(
      host,
      `kill -${signal} "$(systemctl show -P MainPID docker.service)"`,
      'stopping dockerd’s process',
    )
  },
}
export default fault
