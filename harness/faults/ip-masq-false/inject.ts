import { z } from 'zod'
import type { Host } from '../../hosts/host.ts'
import { must } from '../must.ts'
import { daemonJson, stopContainers } from '../remedies.ts'

/** Where the setting stands that takes masquerading away. */
export const params = z.strictObject({
  through: z
    .enum(['daemon-json', 'command-line', 'iptables-false'])
    .default('daemon-json')
    .describe(
      'daemon-json: "ip-masq": false in daemon.json; command-line: --ip-masq=false in a drop-in of docker.service; ' +
        'iptables-false: "iptables": false in daemon.json, which takes every other rule away too',
    ),
})
export type Params = z.infer<typeof params>

/** Writes the setting, and restarts nothing: what runs keeps its masquerade. */
export async function inject(host: Host, { through }: Params): Promise<void> {
  if (through === 'command-line') {
    const { stdout } = await must(
      host,
      'systemctl cat docker.service | grep ^ExecStart=/ | tail -n 1',
      'reading the unit',
    )
    const start = stdout.trim().replace(/ --ip-masq=false/, '')
    await host.put(
      '/etc/systemd/system/docker.service.d/network.conf',
      `[Service]\nExecStart=\n${start} --ip-masq=false\n`,
    )
    await must(host, 'systemctl daemon-reload', 'reading the drop-in')
    return
  }
  const { stdout } = await must(host, `cat ${daemonJson} 2>/dev/null || echo '{}'`, 'reading daemon.json')
  const setting = through === 'daemon-json' ? { 'ip-masq': false } : { iptables: false }
  await host.put(daemonJson, `${JSON.stringify({ ...JSON.parse(stdout), ...setting })}\n`)
}

/**
 * Starts dockerd with the setting and no container running, for only then does it make the default bridge anew. With
 * iptables=false dockerd takes away no rule of its earlier life: the reboot that does is played by emptying the tables.
 */
export async function trigger(host: Host, { through }: Params): Promise<void> {
  await must(
    host,
    `${stopContainers} >/dev/null
systemctl stop docker.socket docker.service
${through === 'iptables-false' ? 'nft flush ruleset' : ''}
systemctl reset-failed docker.service
systemctl start docker.service`,
    'the restart of docker',
  )
}
