import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { startUdpContainer, udpContainer } from '../../probes/udp-client.ts'
import { staleConnection } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['restarted', 'rules-restored', 'old-address'])
    .default('restarted')
    .describe(
      'restarted: the container is, while a client sends; rules-restored: the table nat is empty for a moment, and ' +
        'conntrack’s entries are deleted; old-address: saved rules with an old address of the container are loaded, and then the right ones',
    ),
})
type Params = z.infer<typeof params>

const { name } = udpContainer

const scripts: Record<Params['how'], string> = {
  restarted: `docker stop -t 1 ${name}
sleep 1
docker start ${name}`,
  'rules-restored': `iptables-save -t nat >/run/nat.rules
iptables -t nat -F
conntrack -D -p udp >/dev/null 2>&1 || true
sleep 1
iptables-restore -T nat /run/nat.rules`,
  'old-address': `systemctl stop udp-client.service
docker rm -f ${name}
${startUdpContainer('--network probe-a --ip 172.30.1.50')}
iptables-save >/run/old.rules
docker rm -f ${name}
${startUdpContainer('--network probe-a --ip 172.30.1.51')}
iptables-save >/run/right.rules
iptables-restore /run/old.rules
systemctl start udp-client.service
sleep 1
iptables-restore /run/right.rules`,
}

/** On a host with the decoy `udp-client`. */
const fault: Fault<Params> = {
  params,
  cause: staleConnection,
  async inject(host, { how }) {
    await runOrThrow(host, `set -e\n${scripts[how]}`, 'keeping an old connection')
  },
}
export default fault
