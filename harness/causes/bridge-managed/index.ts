import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { bridgeManaged } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['catch-all', 'default-route', 'other-address'])
    .default('catch-all')
    .describe(
      'catch-all: a file for all devices, with DHCP; default-route: one that gives Docker’s bridges the host’s address and ' +
        'default route; other-address: one that gives docker0 an address of its own',
    ),
})
type Params = z.infer<typeof params>

const files: Record<Params['how'], string> = {
  'catch-all': '[Match]\nName=*\n\n[Network]\nDHCP=yes',
  'default-route': '[Match]\nName=docker* br-*\n\n[Network]\nAddress=192.0.2.2/24\nGateway=192.0.2.1',
  'other-address': '[Match]\nName=docker0\n\n[Network]\nAddress=10.99.0.1/24',
}

// As an uplink with DHCP has them: any other default route comes first.
const asByDhcp = `ip route add default via 192.0.2.1 dev wan0 proto dhcp metric 1024
ip route del default via 192.0.2.1 dev wan0 metric 0
ip route replace 192.0.2.0/24 dev wan0 src 192.0.2.2 metric 1`

const script = (how: Params['how']): string => `mkdir -p /etc/systemd/network
printf '[Match]\\nName=wan0\\n\\n[Link]\\nUnmanaged=yes\\n' >/etc/systemd/network/20-uplink.network
cat >/etc/systemd/network/80-all.network <<'FILE'
${files[how]}
FILE
${how === 'default-route' ? asByDhcp : ''}
systemctl enable -q systemd-networkd.service
systemctl restart systemd-networkd.service
sleep 4`

const fault: Fault<Params> = {
  params,
  cause: bridgeManaged,
  async inject(host, { how }) {
    await runOrThrow(host, script(how), 'handing Docker’s devices to systemd-networkd')
  },
}
export default fault
