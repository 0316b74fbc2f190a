import { z } from 'zod'

/** The schema of the conditions that a scenario pins: settings of Docker, the firewall and the kernel. */
export const given = z
  .strictObject({
    xtables: z.enum(['nft', 'legacy']).default('nft').describe('The backend behind `iptables` (update-alternatives).'),
    'forward-policy': z
      .enum(['accept', 'drop'])
      .default('drop')
      .describe("Policy of the filter table's FORWARD chain on the healthy host, once dockerd is up."),
    'userland-proxy': z.boolean().default(true).describe('dockerd runs a docker-proxy for each published port.'),
    'live-restore': z.boolean().default(false).describe('Containers keep running while dockerd restarts.'),
    'ip-forward': z
      .boolean()
      .optional()
      .describe(
        'net.ipv4.ip_forward before dockerd starts. dockerd sets FORWARD to DROP only when it turns forwarding on ' +
          'itself. The default follows `forward-policy`: false for drop, true for accept.',
      ),
    'br-netfilter': z
      .boolean()
      .default(true)
      .describe('br_netfilter is loaded and bridged IPv4 packets pass through iptables.'),
    ipv6: z.boolean().default(true).describe('IPv6 is enabled on the host.'),
    firewalld: z.boolean().default(false).describe('firewalld runs, and dockerd started after it.'),
    networks: z
      .int()
      .min(1)
      .max(8)
      .default(2)
      .describe('User networks. Two have the probe containers; with one, nothing is there to be isolated from.'),
  })
  .transform((written) => ({
    ...written,
    'ip-forward': written['ip-forward'] ?? written['forward-policy'] === 'accept',
  }))
  .prefault({})
  .describe('Conditions that change results. They are pinned before the host is proven healthy.')
export type Conditions = z.output<typeof given>
