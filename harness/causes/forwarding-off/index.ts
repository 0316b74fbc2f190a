import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { forwardingOff } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['sysctl-file', 'devices', 'ipv6'])
    .default('sysctl-file')
    .describe(
      'sysctl-file: a hardening file turns net.ipv4.ip_forward off; devices: off for uplink and bridge alone; ipv6: the file turns net.ipv6.conf.all.forwarding off',
    ),
})
type Params = z.infer<typeof params>

const scripts: Record<Params['how'], string> = {
  // As a hardening role does it while Docker runs.
  'sysctl-file': `echo 'net.ipv4.ip_forward = 0' >/etc/sysctl.d/60-hardening.conf
sysctl -q -p /etc/sysctl.d/60-hardening.conf`,
  ipv6: `echo 'net.ipv6.conf.all.forwarding = 0' >/etc/sysctl.d/60-hardening.conf
sysctl -q -p /etc/sysctl.d/60-hardening.conf`,
  devices: 'sysctl -qw net.ipv4.conf.wan0.forwarding=0 net.ipv4.conf.docker0.forwarding=0',
}

const fault: Fault<Params> = {
  params,
  cause: forwardingOff,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'turning forwarding off')
  },
}
export default fault
