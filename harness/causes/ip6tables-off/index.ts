import { z } from 'zod'
import { restartDocker, stopContainers } from '../../cause/steps.ts'
import { setInFile } from '../../injection/daemon-setting.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { ip6tablesOff } from './cause.ts'

const params = z.strictObject({})

/** On a host with IPv6: the decoy `ipv6-on`. */
const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: ip6tablesOff,
  inject: (host) => setInFile(host, 'ip6tables', false),
  // dockerd leaves the rules of its earlier run. The flush stands for the next reboot.
  async trigger(host) {
    const script = `${stopContainers} >/dev/null
systemctl stop docker.socket docker.service
for table in filter nat raw; do ip6tables -t $table -F; ip6tables -t $table -X; done
ip6tables -P FORWARD ACCEPT
${restartDocker}`
    await runOrThrow(host, script, 'restarting docker without rules for IPv6')
  },
}
export default fault
