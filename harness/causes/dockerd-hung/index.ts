import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { dockerdHung } from './cause.ts'

const params = z.strictObject({
  program: z.enum(['dockerd', 'containerd']).default('dockerd'),
  signal: z.enum(['STOP', 'TSTP']).default('STOP').describe('STOP cannot be caught; TSTP is what Ctrl-Z sends'),
})

const units = { dockerd: 'docker.service', containerd: 'containerd.service' }

const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: dockerdHung,
  async inject(host, { program, signal }) {
    await runOrThrow(
      host,
      `kill -${signal} "$(systemctl show -P MainPID ${units[program]})"`,
      `stopping ${program}’s process`,
    )
  },
}
export default fault
