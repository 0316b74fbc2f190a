import type { z } from 'zod'
import { stopContainers } from '../../cause/steps.ts'
import type { Host } from '../../hosts/host.ts'
import { turningOff } from '../../injection/daemon-setting.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'

// The rules stay.
export const { params, inject } = turningOff('iptables')
export type Params = z.infer<typeof params>

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
