import type { Fix } from '../fault.ts'
import { daemonJson, daemonSetting, restartDocker, stopContainers } from '../remedies.ts'

// Wherever it stands: in daemon.json (the whole file as one text, so that the comma goes with it), in a drop-in of the
// unit, in Debian's own options file.
const removeSetting = [
  `[ ! -e ${daemonJson} ] || sed -i -zE 's/"(ip-masq|iptables)"\\s*:\\s*false\\s*,?\\s*//g; s/,\\s*\\}/}/g' ${daemonJson}`,
  `grep -rlE -- '--(ip-masq|iptables)=false' /etc/systemd/system/docker.service.d /etc/default/docker 2>/dev/null | xargs -r sed -i -E 's/ *--(ip-masq|iptables)=false//g'; systemctl daemon-reload`,
]

const masquerade = '-s 172.17.0.0/16 ! -o docker0 -j MASQUERADE'

/** What brings masquerading back, and what people try first. */
export const fixes: Readonly<Record<string, Fix>> = {
  'remove-setting': {
    title: 'Remove the setting, stop the containers, restart docker',
    steps: [...removeSetting, stopContainers, restartDocker],
    cost: 'containers stopped; those without a restart policy have to be started by hand',
  },
  'return-route': {
    title: 'Teach the router a way back to the containers',
    steps: ['ip -n outside route replace 172.17.0.0/16 via 192.0.2.2'],
    cost: 'a router that is yours, and container addresses seen by others',
    fails: 'From Docker 28 on, the raw table drops what comes to a container’s address from outside: replies as well.',
  },
  'restart-docker': {
    title: 'Restart docker',
    steps: [restartDocker],
    cost: 'containers restarted',
    fails: 'A new dockerd reads the same setting.',
  },
  'ip-forward-1': {
    title: 'sysctl net.ipv4.ip_forward=1',
    steps: ['sysctl -w net.ipv4.ip_forward=1'],
    cost: 'nothing',
    fails: 'Packets are forwarded already; they leave with an address that nobody outside can answer.',
  },
  dns: {
    title: 'Give docker and the host a name server that surely answers',
    steps: ['echo nameserver 203.0.113.10 >/etc/resolv.conf', daemonSetting('dns', '["203.0.113.10"]'), restartDocker],
    cost: 'containers restarted',
    fails: 'Names fail because no packet comes back, and a name server’s answer is one of them.',
  },
  'hand-made-masquerade': {
    title: 'Add the MASQUERADE rule by hand',
    steps: [`iptables -t nat -C POSTROUTING ${masquerade} 2>/dev/null || iptables -t nat -A POSTROUTING ${masquerade}`],
    cost: 'a rule that nobody owns',
    fails: 'The setting still stands: the rule goes with the next reboot or flush, and the fault is back.',
  },
  'correct-setting-live-restore': {
    title: 'Remove the setting and restart docker, containers running',
    steps: [...removeSetting, restartDocker],
    cost: 'nothing, and that is why it is tried',
    fails:
      'With live-restore and a container running, dockerd keeps the bridge network it had: “there are running containers, updated network configuration will not take affect”.',
  },
}
