import { z } from 'zod'
import { stopContainers } from '../../cause/steps.ts'
import type { Host } from '../../hosts/host.ts'
import { setInFile, setOnCommandLine } from '../../injection/daemon-setting.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'

/** Where to put the setting. */
export const params = z.strictObject({
  through: z
    .enum(['daemon-json', 'command-line'])
    .default('daemon-json')
    .describe(
      'daemon-json: "ip-masq": false in daemon.json; command-line: --ip-masq=false in a drop-in of docker.service',
    ),
})
export type Params = z.infer<typeof params>

/** Writes the setting and restarts nothing: running networks stay masqueraded. */
export const inject = (host: Host, { through }: Params): Promise<void> =>
  through === 'daemon-json' ? setInFile(host, 'ip-masq', false) : setOnCommandLine(host, '--ip-masq=false')

/** Starts dockerd with the setting and no container running: only then does it create the default bridge again. */
export async function trigger(host: Host): Promise<void> {
  await runOrThrow(
    host,
    `${stopContainers} >/dev/null
systemctl stop docker.socket docker.service
systemctl reset-failed docker.service
systemctl start docker.service`,
    'the restart of docker',
  )
}
