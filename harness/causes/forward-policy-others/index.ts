import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { forwardPolicyOthers } from './cause.ts'

const params = z.strictObject({})
type Params = z.infer<typeof params>

/** On a host with a guest: the decoy `guest-on-bridge`. The next start of dockerd turns forwarding on by itself. */
const fault: Fault<Params> = {
  params,
  cause: forwardPolicyOthers,
  async inject(host) {
    await runOrThrow(
      host,
      'echo net.ipv4.ip_forward=0 >/etc/sysctl.d/90-dockfault.conf && sysctl -qw net.ipv4.ip_forward=0',
      'turning forwarding off',
    )
  },
  async trigger(host) {
    await runOrThrow(host, 'systemctl reset-failed docker.service; systemctl restart docker.service', 'the restart')
  },
}
export default fault
