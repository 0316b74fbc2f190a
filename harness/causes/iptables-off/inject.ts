import { z } from 'zod'
import { stopContainers } from '../../cause/steps.ts'
import type { Host } from '../../hosts/host.ts'
import { setInFile, setOnCommandLine } from '../../injection/daemon-setting.ts'
import { must } from '../../injection/run-or-throw.ts'

/** Where the setting stands that has dockerd make no rules. */
export const params = z.strictObject({
  through: z
    .enum(['daemon-json', 'command-line'])
    .default('daemon-json')
    .describe(
      'daemon-json: "iptables": false in daemon.json; command-line: --iptables=false in a drop-in of docker.service',
    ),
})
export type Params = z.infer<typeof params>

/** Writes the setting, and restarts nothing: the rules of what runs stay. */
export const inject = (host: Host, { through }: Params): Promise<void> =>
  through === 'daemon-json' ? setInFile(host, 'iptables', false) : setOnCommandLine(host, '--iptables=false')

/**
 * Starts dockerd with the setting and no container running. It takes away no rule of its earlier life: the reboot that
 * does is played by emptying the tables.
 */
export async function trigger(host: Host): Promise<void> {
  await must(
    host,
    `${stopContainers} >/dev/null
systemctl stop docker.socket docker.service
nft flush ruleset
systemctl reset-failed docker.service
systemctl start docker.service`,
    'the restart of docker',
  )
}
