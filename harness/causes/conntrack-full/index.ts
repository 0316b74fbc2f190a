import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { conntrackFull } from './cause.ts'

const params = z.strictObject({})

// Idle connections of a proxy, and a tuning file of long ago that limits the table to fewer. The kernel forgets connections
// that nobody has confirmed to make room for new ones, so there is none of these: with some, every probe passed.
const script = `set -e
conntrack -F 2>/dev/null
for port in $(seq 10000 10399); do
  conntrack -I -p tcp -s 198.51.100.7 -d 198.51.100.8 --sport $port --dport 443 --state ESTABLISHED -t 86400 \\
    -u ASSURED,SEEN_REPLY >/dev/null 2>&1
done
echo 'net.netfilter.nf_conntrack_max = 300' >/etc/sysctl.d/60-tuning.conf
sysctl -q -p /etc/sysctl.d/60-tuning.conf`

/** On a host with a kernel of its own: only there can the limit be set. */
const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: conntrackFull,
  async inject(host) {
    await runOrThrow(host, script, 'filling the table of connections', 120_000)
  },
}
export default fault
