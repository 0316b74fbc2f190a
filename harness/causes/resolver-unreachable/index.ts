import { z } from 'zod'
import { restartDocker } from '../../cause/steps.ts'
import { setInFile } from '../../injection/daemon-setting.ts'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { outside } from '../../outside/outside.ts'
import { resolverUnreachable } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['resolv-conf', 'daemon-json', 'local-stub', 'stopped-stub', 'dangling-link', 'public-servers', 'outlived'])
    .default('resolv-conf')
    .describe(
      'resolv-conf: the host’s file names an address that nobody has; daemon-json: "dns" names one; local-stub: the ' +
        'host’s server has a loopback address; stopped-stub: and does not run; dangling-link: the host’s file is a ' +
        'link to a file that does not exist; public-servers: the same, and Docker’s own servers answer; outlived: ' +
        'the host’s file is right again, and containers still use what it named before',
    ),
})
type Params = z.infer<typeof params>

// Side by side: without a server that answers, Docker 20.10 takes half a minute for each.
const restartContainers = 'docker ps -q | xargs -r -n 1 -P 8 docker restart -t 0'
// Docker's own servers do not answer in this network, as behind many a company's firewall.
const noPublicServers = `ip -n outside route replace blackhole 8.8.8.8/32
ip -n outside route replace blackhole 8.8.4.4/32`
// They do, as on the real internet.
const publicServers = `ip -n outside address replace 8.8.8.8/32 dev lo
ip -n outside address replace 8.8.4.4/32 dev lo
systemd-run -q --unit=public-servers -p NetworkNamespacePath=/run/netns/outside /usr/sbin/dnsmasq -k \\
  --conf-file=/dev/null --no-resolv --no-hosts --bind-interfaces --listen-address=8.8.8.8,8.8.4.4 \\
  --address=/${outside.name}/${outside.address} --pid-file=`

const dangling = `ln -sfn /run/resolvconf/resolv.conf /etc/resolv.conf
${restartContainers}`

const scripts: Record<Params['how'], string> = {
  'resolv-conf': `echo 'nameserver 192.0.2.99' >/etc/resolv.conf
${restartContainers}`,
  'daemon-json': restartDocker,
  'local-stub': `systemd-run -q --unit=local-stub /usr/sbin/dnsmasq -k --conf-file=/dev/null --no-resolv \\
  --server=${outside.address} --listen-address=127.0.0.1 --bind-interfaces --pid-file=
${noPublicServers}
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
${restartContainers}`,
  'stopped-stub': `${noPublicServers}
echo 'nameserver 127.0.0.1' >/etc/resolv.conf
${restartContainers}`,
  'dangling-link': `${noPublicServers}
${dangling}`,
  'public-servers': `${publicServers}
${dangling}`,
  outlived: `cp /etc/resolv.conf /run/resolv.conf.right
echo 'nameserver 192.0.2.99' >/etc/resolv.conf
${restartContainers}
cat /run/resolv.conf.right >/etc/resolv.conf`,
}

const fault: Fault<Params> = {
  params,
  cause: resolverUnreachable,
  async inject(host, { how }) {
    // As systemd-resolved notes the network's own server, while something else wrote /etc/resolv.conf.
    await host.put('/run/systemd/resolve/resolv.conf', `nameserver ${outside.address}\n`)
    if (how === 'daemon-json') await setInFile(host, 'dns', ['192.0.2.77'])
    await runOrThrow(host, scripts[how], 'taking the name server away')
  },
}
export default fault
