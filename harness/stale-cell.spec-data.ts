import type { FakeHost } from './hosts/fake.ts'
import type { Probe } from './probes/probe.ts'
import type { Cell } from './scenario/cell.ts'
import { bundleOf } from './stale-world.spec-data.ts'

// In this fake world the scripts of the stale kernel work as on a real host, so that specs can test the run itself.
/** A probe of this world. */
export const probe = (name: string, healthy: 'pass' | 'fail'): Probe => ({
  name,
  healthy,
  script: `ask ${name}`,
  failCodes: [1],
  deadlineMs: 1,
})
/** The cell's probes. */
export const probes = [probe('egress-tcp', 'pass'), probe('isolation', 'fail')]
const vector = (tcp: 'pass' | 'fail') => ({ 'egress-tcp': tcp, isolation: 'fail' as const })
const words = 'missing kernel module?'

/** The answers of its hosts. */
export function respond(script: string, host: FakeHost) {
  if (script.includes('apt-get purge')) host.state = 'latent'
  else if (script.includes('apt-get install -y --reinstall') || script === 'reboot') host.state = 'healthy'
  else if (script.includes('rmmod') && host.state === 'latent') host.state = 'broken'
  else if (script.startsWith('ask egress-tcp')) return { code: host.state === 'broken' ? 1 : 0 }
  else if (script.startsWith('ask isolation')) return { code: 1 }
  else if (script.startsWith('journalctl')) return { stdout: host.state === 'broken' ? `dockerd: ${words}` : '' }
  else if (script.includes('dockfault-evidence')) return { stdout: bundleOf(host) }
  return undefined
}

/** A cell with three fixes: two cure, one does not. */
export const cell: Cell = {
  name: 'debian12-stale-kernel',
  scenario: 'stale-kernel',
  host: 'debian12',
  title: 'A stale kernel',
  tags: [],
  needs: [],
  given: {
    xtables: 'nft',
    'forward-policy': 'drop',
    'userland-proxy': true,
    'live-restore': false,
    'ip-forward': false,
    'br-netfilter': true,
    ipv6: true,
  } as Cell['given'],
  fault: { kind: 'stale-kernel', params: { how: 'purged' } },
  healthy: { probes: vector('pass'), diagnosis: [], journal: [] },
  latent: { probes: vector('pass'), diagnosis: ['stale-kernel'], journal: [] },
  broken: { probes: vector('fail'), diagnosis: ['stale-kernel'], journal: [words] },
  fixes: [
    { use: 'reboot', expect: 'cures', facts: { bootId: 'changed', alternative: 'unchanged' }, ladder: {} },
    {
      use: 'reinstall-running-kernel',
      expect: 'cures',
      facts: { bootId: 'unchanged' },
      ladder: { reinject: 'no-effect' },
    },
    { use: 'depmod', expect: 'no-effect', facts: {}, ladder: {} },
  ],
  where: { file: 'stale-kernel.yaml', line: 1 },
}
