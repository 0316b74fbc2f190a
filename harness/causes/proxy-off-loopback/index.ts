import { z } from 'zod'
import { restartDocker } from '../../cause/steps.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { proxyOffLoopback } from './cause.ts'

const params = z.strictObject({})

const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: proxyOffLoopback,
  experiments: {
    'restart-docker': {
      title: 'Restart docker',
      steps: () => [restartDocker],
      cost: 'containers restarted; the file turns the setting off again',
    },
  },
  async inject(host) {
    await runOrThrow(
      host,
      // A hardening role writes it for every device, and applies it while Docker runs.
      `echo 'net.ipv4.conf.*.route_localnet = 0' >/etc/sysctl.d/60-hardening.conf
/usr/lib/systemd/systemd-sysctl /etc/sysctl.d/60-hardening.conf`,
      'turning route_localnet off',
    )
  },
}
export default fault
