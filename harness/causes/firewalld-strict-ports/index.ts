import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { firewalldStrictPorts } from './cause.ts'

const params = z.strictObject({})

/** On a host with firewalld 2.3 or newer. */
const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: firewalldStrictPorts,
  async inject(host) {
    const script = `set -e
grep -q '^StrictForwardPorts=' /etc/firewalld/firewalld.conf
sed -i 's/^StrictForwardPorts=.*/StrictForwardPorts=yes/' /etc/firewalld/firewalld.conf
firewall-cmd -q --reload`
    await runOrThrow(host, script, 'closing forwarded ports in firewalld')
  },
}
export default fault
