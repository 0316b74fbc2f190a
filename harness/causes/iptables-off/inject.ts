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
      'daemon-json: "iptables": false in daemon.json; command-line: --iptables=false in a drop-in of docker.service',
    ),
})
export type Params = z.infer<typeof params>

/** Writes the setting and restarts nothing: the rules stay. */
export const inject = (host: Host, { through }: Params): Promise<void> =>
  through === 'daemon-json' ? setInFile(host, 'iptables', false) : setOnCommandLine(host, '--iptables=false')

/**
 * Starts dockerd with the setting and no container running. dockerd itself removes no old rule, so this empties the
 * tables, as a reboot would.
 */
export async function trigger(host: Host): Promise<void> {
  await runOrThrow(
    host,
    `${stopContainers} >/dev/null
systemctl stop docker.socket docker.service
nft flush ruleset
systemctl reset-failed docker.service
systemctl start docker.service`,
    'the restart of docker',
  )
}
