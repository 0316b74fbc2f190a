import { z } from 'zod'
import { restartDocker } from '../../cause/steps.ts'
import { setInFile, setOnCommandLine } from '../../injection/daemon-setting.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { publishedOnLoopback } from './cause.ts'

const params = z.strictObject({
  through: z
    .enum(['daemon-json', 'command-line'])
    .default('daemon-json')
    .describe('daemon-json: "ip" in daemon.json; command-line: --ip in a drop-in of docker.service'),
  address: z.string().default('127.0.0.1').describe('Where dockerd publishes ports that name no address.'),
})
type Params = z.infer<typeof params>

const fault: Fault<Params> = {
  params,
  cause: publishedOnLoopback,
  async inject(host, { through, address }) {
    if (through === 'daemon-json') await setInFile(host, 'ip', address)
    else await setOnCommandLine(host, `--ip=${address}`)
    await runOrThrow(host, restartDocker, 'the restart of docker')
  },
}
export default fault
