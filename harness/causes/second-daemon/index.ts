import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { secondDaemon } from './cause.ts'

const params = z.strictObject({})

// A unit of its own, as the snap beside Debian's package has one.
const fault: Fault<z.infer<typeof params>> = {
  params,
  cause: secondDaemon,
  async inject(host) {
    const socket = 'unix:///run/second-docker.sock'
    const script = `systemctl reset-failed second-docker.service 2>/dev/null
systemd-run -q --unit=second-docker dockerd --data-root /var/lib/second-docker --exec-root /run/second-docker \\
  -p /run/second-docker.pid -H ${socket}
for attempt in $(seq 100); do docker -H ${socket} version >/dev/null 2>&1 && exit 0; sleep 0.3; done
exit 1`
    await runOrThrow(host, script, 'the start of a second dockerd')
  },
}
export default fault
