// Debian's package for each program that scripts name and host images may lack.
const owners: Readonly<Record<string, string>> = {
  arptables: 'arptables',
  dnsmasq: 'dnsmasq-base',
  ebtables: 'ebtables',
  ethtool: 'ethtool',
  'fail2ban-client': 'fail2ban',
  ferm: 'ferm',
  haproxy: 'haproxy',
  hping3: 'hping3',
  ipset: 'ipset',
  ipvsadm: 'ipvsadm',
  jq: 'jq',
  nginx: 'nginx-light',
  nmcli: 'network-manager',
  openvpn: 'openvpn',
  'ovs-vsctl': 'openvswitch-switch',
  python3: 'python3-minimal',
  resolvectl: 'systemd-resolved',
  'systemd-resolved': 'systemd-resolved',
  shorewall: 'shorewall',
  socat: 'socat',
  squid: 'squid',
  tcpdump: 'tcpdump',
  ufw: 'ufw',
  unbound: 'unbound',
  virsh: 'libvirt-clients',
  wg: 'wireguard-tools',
  'wg-quick': 'wireguard-tools',
}

// A program's name alone or at the end of a path, but not in a longer word, such as the chain ufw-user.
const named = (program: string): RegExp => new RegExp(`(?<![\\w.:=-])${program}(?:\\.service)?(?![\\w.=-])`)

// Comments may name programs that the script does not call.
const code = (text: string): string => text.replace(/^\s*#.*$/gm, '').replace(/\s#\s.*$/gm, '')

/**
 * The Debian packages that a script needs: those of its header line `# needs: pkg pkg`, and those of the programs that its
 * code names. Sorted; a host may have some of them already.
 */
export function packagesOf(text: string): string[] {
  const declared = [...text.matchAll(/^#\s*needs:(.*)$/gm)].flatMap(([, names]) =>
    names!.split(/[\s,]+/).filter(Boolean),
  )
  const called = Object.keys(owners).filter((program) => named(program).test(code(text)))
  return [...new Set([...declared, ...called.map((program) => owners[program]!)])].sort()
}
