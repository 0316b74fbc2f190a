import { z } from 'zod'
import { daemonJson } from '../../cause/steps.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { daemonConfigInvalid } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['hosts-twice', 'unknown-key', 'trailing-comma', 'wrong-value'])
    .default('hosts-twice')
    .describe('hosts-twice: "hosts" beside -H of the unit; wrong-value: a DNS server by name'),
})
type Params = z.infer<typeof params>

const files: Record<Params['how'], string> = {
  'hosts-twice': '{ "log-level": "info", "hosts": ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"] }',
  'unknown-key': '{\n  "log-levle": "info",\n  "debug": false\n}',
  'trailing-comma': '{\n  "log-level": "info",\n  "debug": false,\n}',
  'wrong-value': '{ "dns": ["resolver.example"] }',
}

const fault: Fault<Params> = {
  params,
  cause: daemonConfigInvalid,
  async inject(host, { how }) {
    await host.put(daemonJson, `${files[how]}\n`)
    await runOrThrow(host, '! systemctl restart docker.service', 'a start of docker that has to fail')
  },
}
export default fault
