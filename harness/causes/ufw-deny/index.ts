import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { ufwDeny } from './cause.ts'

const params = z.strictObject({
  how: z
    .enum(['ufw-docker', 'ufw-docker-left', 'incoming', 'outgoing'])
    .default('ufw-docker')
    .describe(
      'ufw-docker: its block in /etc/ufw/after.rules, with no port allowed; ufw-docker-left: then ufw is turned off; ' +
        'incoming: nothing lets containers in to a database on the host; outgoing: ufw denies what the host sends, ' +
        'except by its uplink',
    ),
})
type Params = z.infer<typeof params>

// As ufw-docker writes it. Source: chaifeng/ufw-docker, README, "Solving UFW and Docker issues".
const block = `cat >>/etc/ufw/after.rules <<'RULES'
# BEGIN UFW AND DOCKER
*filter
:ufw-user-forward - [0:0]
:ufw-docker-logging-deny - [0:0]
:DOCKER-USER - [0:0]
-A DOCKER-USER -j ufw-user-forward
-A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
-A DOCKER-USER -m conntrack --ctstate INVALID -j DROP
-A DOCKER-USER -i docker0 -o docker0 -j ACCEPT
-A DOCKER-USER -j RETURN -s 10.0.0.0/8
-A DOCKER-USER -j RETURN -s 172.16.0.0/12
-A DOCKER-USER -j RETURN -s 192.168.0.0/16
-A DOCKER-USER -j ufw-docker-logging-deny -m conntrack --ctstate NEW -d 10.0.0.0/8
-A DOCKER-USER -j ufw-docker-logging-deny -m conntrack --ctstate NEW -d 172.16.0.0/12
-A DOCKER-USER -j ufw-docker-logging-deny -m conntrack --ctstate NEW -d 192.168.0.0/16
-A DOCKER-USER -j RETURN
-A ufw-docker-logging-deny -m limit --limit 3/min --limit-burst 10 -j LOG --log-prefix "[UFW DOCKER BLOCK] "
-A ufw-docker-logging-deny -j DROP
COMMIT
# END UFW AND DOCKER
RULES
ufw reload`

const scripts: Record<Params['how'], string> = {
  'ufw-docker': block,
  'ufw-docker-left': `ufw --force enable && ${block} && ufw disable`,
  incoming: 'ufw delete allow in on docker0 proto tcp to any port 5432',
  outgoing: 'ufw allow out on wan0 && ufw default deny outgoing',
}

/** On a host with ufw: the decoys `ufw-on` and `ufw-off`. */
const fault: Fault<Params> = {
  params,
  cause: ufwDeny,
  async inject(host, { how }) {
    await runOrThrow(host, scripts[how], 'denying it by ufw')
  },
}
export default fault
