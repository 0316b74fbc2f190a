import { z } from 'zod'
import { daemonJson } from '../cause/steps.ts'
import type { Host } from '../hosts/host.ts'
import { runOrThrow } from './run-or-throw.ts'

/** The parameters of a fault that turns a setting of dockerd off, and its injection: nothing restarts. */
export function turningOff(setting: string) {
  const params = z.strictObject({
    through: z
      .enum(['daemon-json', 'command-line'])
      .default('daemon-json')
      .describe(
        `daemon-json: "${setting}": false in daemon.json; command-line: --${setting}=false in a drop-in of docker.service`,
      ),
  })
  const inject = (host: Host, { through }: z.infer<typeof params>): Promise<void> =>
    through === 'daemon-json' ? setInFile(host, setting, false) : setOnCommandLine(host, `--${setting}=false`)
  return { params, inject }
}

/** Sets a key of daemon.json and keeps the other keys. The next start of dockerd reads it. */
export async function setInFile(host: Host, key: string, value: unknown): Promise<void> {
  const { stdout } = await runOrThrow(host, `cat ${daemonJson} 2>/dev/null || echo '{}'`, 'reading daemon.json')
  await host.put(daemonJson, `${JSON.stringify({ ...JSON.parse(stdout), [key]: value })}\n`)
}

/** Adds a flag to dockerd's command line by a drop-in for its unit. The next start of dockerd uses it. */
export async function setOnCommandLine(host: Host, flag: string): Promise<void> {
  const { stdout } = await runOrThrow(
    host,
    'systemctl cat docker.service | grep ^ExecStart=/ | tail -n 1',
    'reading the unit',
  )
  const start = stdout.trim().replace(` ${flag}`, '')
  await host.put('/etc/systemd/system/docker.service.d/network.conf', `[Service]\nExecStart=\n${start} ${flag}\n`)
  await runOrThrow(host, 'systemctl daemon-reload', 'reading the drop-in')
}
