import { expect } from 'chai'
import { packagesOf } from './packages.ts'

describe('the packages of a script', () => {
  for (const [what, text, packages] of [
    ['none where it calls nothing unusual', 'ip rule add from 172.17.0.0/16 blackhole', []],
    ['a program', 'ufw allow 22/tcp; ufw --force enable', ['ufw']],
    ['a program by its path', 'systemd-run -q --unit=stub /usr/sbin/dnsmasq -k', ['dnsmasq-base']],
    ['the folder of a program', 'cp /usr/share/ufw/*.rules /etc', ['ufw']],
    ['a unit', 'systemctl restart squid.service', ['squid']],
    ['no chain that has a program in its name', 'iptables -N ufw-user-forward; iptables -N ufw_x', []],
    ['no option that has', 'systemd-run --unit=nginx busybox httpd', []],
    ['nothing of a comment', '# ufw and nginx were seen here\ntrue # ipset too', []],
    ['what a header line needs', '# needs: tinc, wireguard-tools  bind9\ntrue', ['bind9', 'tinc', 'wireguard-tools']],
    ['each once', '# needs: ipset\nipset create a hash:ip; ipset add a 10.0.0.1', ['ipset']],
    ['a number sign in a word hides nothing', 'echo a#b; jq . x', ['jq']],
  ] as const)
    it(what, () => expect(packagesOf(text)).to.deep.equal(packages))
})
