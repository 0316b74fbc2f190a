import { z } from 'zod'

/** The schema of what a scenario pins of its host: Docker's settings, the firewall's, the kernel's. */
export const given = z
  .strictObject({
    xtables: z.enum(['nft', 'legacy']).default('nft').describe('The backend behind `iptables` (update-alternatives).'),
    'forward-policy': z
      .enum(['accept', 'drop'])
      .default('drop')
      .describe("Policy of the filter table's FORWARD chain on the healthy host, once dockerd is up."),
    'userland-proxy': z.boolean().default(true).describe('dockerd runs docker-proxy for each published port.'),
    'live-restore': z.boolean().default(false).describe('Containers outlive a restart of dockerd.'),
    'ip-forward': z
      .boolean()
      .optional()
      .describe(
        'net.ipv4.ip_forward before dockerd starts; dockerd turns it on, and only then sets FORWARD to DROP. ' +
          'Unless given, the value that leads to `forward-policy`: false for drop, true for accept.',
      ),
    'br-netfilter': z
      .boolean()
      .default(true)
      .describe('br_netfilter is loaded and bridged IPv4 packets pass through iptables.'),
    ipv6: z.boolean().default(true).describe('IPv6 is enabled on the host.'),
    firewalld: z.boolean().default(false).describe('firewalld runs, and dockerd was started after it.'),
  })
  .transform((said) => ({ ...said, 'ip-forward': said['ip-forward'] ?? said['forward-policy'] === 'accept' }))
  .prefault({})
  .describe('The hidden variables that change results, pinned before the host is proven healthy.')
export type Given = z.output<typeof given>
