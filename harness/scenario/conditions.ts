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
    iptables: z
      .string()
      .regex(/^\d+\.\d+\.\d+(?:-\d+)?$/, 'must be a release such as 1.8.9')
      .optional()
      .describe(
        'A release of iptables in place of the host’s own; nft only. The folders images/iptables-* have the releases.',
      ),
    kernel: z
      .string()
      .regex(/^\d+\.\d+[\w.+~-]*$/, 'must be the version of a kernel package, such as 6.1.0-47-cloud-amd64')
      .optional()
      .describe('The kernel that the host boots, by the name of its package after `linux-image-`; VMs only.'),
  })
  .transform((written) => ({
    ...written,
    'ip-forward': written['ip-forward'] ?? written['forward-policy'] === 'accept',
  }))
  .prefault({})
  .describe('Conditions that change results. They are pinned before the host is proven healthy.')
export type Conditions = z.output<typeof given>
