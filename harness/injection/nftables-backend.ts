/** Sets, for dockerd's next start, the environment that turns on the unfinished nftables backend of Docker 28. */
export const backendEnvironment = `mkdir -p /etc/systemd/system/docker.service.d
printf '[Service]\\nEnvironment=DOCKER_FIREWALL_BACKEND=nftables\\n' >/etc/systemd/system/docker.service.d/backend.conf
systemctl daemon-reload`

/** A network of the lab, with the address and the published port of its container. */
interface Bridge {
  name: string
  subnet: string
  published?: { address: string; port: number }
}

const bridges: readonly Bridge[] = [
  { name: 'docker0', subnet: '172.17.0.0/16', published: { address: '172.17.0.2', port: 8080 } },
  { name: 'br-probe-a', subnet: '172.30.1.0/24', published: { address: '172.30.1.10', port: 8081 } },
  { name: 'br-probe-b', subnet: '172.30.2.0/24' },
]

const jumps = (map: string, chain: string): string =>
  `  map ${map} {
    type ifname : verdict
    elements = { ${bridges.map(({ name }) => `"${name}" : jump ${chain}__${name}`).join(', ')} }
  }
`

const chainsOf = ({ name, subnet, published }: Bridge): string => `  chain filter-forward-in__${name} {
    ct state established,related counter accept
    iifname "${name}" counter accept comment "ICC"
${published ? `    ip daddr ${published.address} tcp dport 80 counter accept\n` : ''}\
    counter drop comment "UNPUBLISHED PORT DROP"
  }
  chain filter-forward-out__${name} {
    ct state established,related counter accept
    counter accept comment "OUTGOING"
  }
  chain nat-postrouting-in__${name} {
  }
  chain nat-postrouting-out__${name} {
    oifname != "${name}" ip saddr ${subnet} counter masquerade comment "MASQUERADE"
  }
`

const dnat = ({ name, published }: Bridge): string =>
  published
    ? `    iifname != "${name}" tcp dport ${published.port} counter dnat to ${published.address}:80 comment "DNAT"\n`
    : ''
const direct = ({ name, published }: Bridge): string =>
  published ? `    ip daddr ${published.address} iifname != "${name}" counter drop comment "DROP DIRECT ACCESS"\n` : ''

/**
 * The table that Docker 29 makes with its nftables backend, for the networks of the lab's probe containers; written by
 * hand, because no package has that version. Source: docs.docker.com, "Docker with nftables"; moby v29, nftabler.
 */
export const dockerBridges = `table ip docker-bridges {
${jumps('filter-forward-in-jumps', 'filter-forward-in')}\
${jumps('filter-forward-out-jumps', 'filter-forward-out')}\
${jumps('nat-postrouting-in-jumps', 'nat-postrouting-in')}\
${jumps('nat-postrouting-out-jumps', 'nat-postrouting-out')}\
${bridges.map(chainsOf).join('')}\
  chain nat-prerouting-and-output {
${bridges.map(dnat).join('')}\
  }
  chain filter-FORWARD {
    type filter hook forward priority filter; policy accept;
    oifname vmap @filter-forward-in-jumps
    iifname vmap @filter-forward-out-jumps
  }
  chain nat-POSTROUTING {
    type nat hook postrouting priority srcnat; policy accept;
    iifname vmap @nat-postrouting-out-jumps
    oifname vmap @nat-postrouting-in-jumps
  }
  chain nat-PREROUTING {
    type nat hook prerouting priority dstnat; policy accept;
    fib daddr type local counter jump nat-prerouting-and-output
  }
  chain nat-OUTPUT {
    type nat hook output priority -100; policy accept;
    ip daddr != 127.0.0.0/8 fib daddr type local counter jump nat-prerouting-and-output
  }
  chain raw-PREROUTING {
    type filter hook prerouting priority raw; policy accept;
${bridges.map(direct).join('')}\
  }
}`
