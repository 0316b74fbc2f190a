import type { z } from 'zod'
import { stopContainers } from '../../cause/steps.ts'
import type { Host } from '../../hosts/host.ts'
import { turningOff } from '../../injection/daemon-setting.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'

// Running networks stay masqueraded.
export const { params, inject } = turningOff('ip-masq')
export type Params = z.infer<typeof params>

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
