import type { Outcome } from '../scenario/terms.ts'
import {
  type CellRecord,
  type FixRecord,
  type HostFacts,
  type NamedCause,
  type ProbeRecord,
  type RunRecord,
  recordVersion,
  type StageRecord,
} from './record.ts'

const old = '6.1.0-37-cloud-amd64'
const newest = '6.1.0-44-cloud-amd64'

const facts: HostFacts = {
  kernel: old,
  bootId: '5f0c2c1e-9a41-4b0e-8d8e-0a2f2f4f9f11',
  os: 'Debian GNU/Linux 12 (bookworm)',
  docker: '20.10.24+dfsg1',
  iptables: 'iptables v1.8.9 (nf_tables)',
  alternative: '/usr/sbin/iptables-nft',
}
const after: HostFacts = { ...facts, kernel: newest, bootId: 'c3a1d7f0-1d27-4c55-b5b2-6c0a3a1be002' }

const noDaemon =
  'exit 1: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'
// Probe, its outcome on a healthy host, and what the tool prints then.
const vector: [string, Outcome, string][] = [
  ['egress-tcp', 'pass', 'HTTP/1.0 200 OK · dockfault outside'],
  ['egress-udp', 'pass', 'echo: dockfault'],
  ['egress-icmp', 'pass', '1 packets transmitted, 1 packets received, 0% packet loss'],
  ['egress-dns', 'pass', 'Name: probe.test · Address: 203.0.113.10'],
  ['egress-large', 'pass', '1048576 bytes'],
  ['user-tcp', 'pass', 'HTTP/1.0 200 OK · dockfault outside'],
  ['user-udp', 'pass', 'echo: dockfault'],
  ['user-icmp', 'pass', '1 packets transmitted, 1 packets received, 0% packet loss'],
  ['user-dns', 'pass', 'Name: probe.test · Address: 203.0.113.10'],
  ['user-large', 'pass', '1048576 bytes'],
  ['published-loopback', 'pass', 'HTTP/1.0 200 OK'],
  ['published-host', 'pass', 'HTTP/1.0 200 OK'],
  ['published-outside', 'pass', 'HTTP/1.0 200 OK'],
  ['same-network', 'pass', 'HTTP/1.0 200 OK'],
  ['isolation', 'fail', 'exit 1: nc: timed out'],
  ['gateway', 'pass', '1 packets transmitted, 1 packets received, 0% packet loss'],
  ['host-network', 'pass', 'HTTP/1.0 200 OK · dockfault outside'],
  ['new-network', 'pass', '172.19.0.0/16'],
  ['new-publish', 'pass', 'HTTP/1.0 200 OK'],
]

const probesAt = (stage: string, up: boolean): ProbeRecord[] =>
  vector.map(([name, healthy, words], i) => ({
    stage,
    name,
    expected: up ? healthy : 'fail',
    observed: up ? healthy : 'fail',
    durationMs: 210 + ((i * 137) % 900),
    detail: up ? words : noDaemon,
  }))

const diagnosis = (state: NamedCause['state']): NamedCause => ({
  cause: 'stale-kernel',
  state,
  confidence: 'certain',
  summary:
    state === 'latent'
      ? `the running kernel ${old} can load no more modules; the next restart of Docker will fail`
      : `the running kernel ${old} cannot load nft_chain_nat, which the installed ${newest} has: the host needs a reboot`,
  evidence: [
    { from: 'uname -r', line: old },
    { from: 'ls /lib/modules', line: newest },
    {
      from: 'modprobe -n nft_chain_nat',
      line: `modprobe: FATAL: Module nft_chain_nat not found in directory /lib/modules/${old}`,
    },
    { from: `modprobe -n -S ${newest} nft_chain_nat`, line: 'exit 0' },
  ],
  fixes: ['reboot', 'reinstall-running-kernel'],
  nonFixes: [
    { name: 'switch-to-iptables-legacy', why: 'the legacy tables are modules too, and can be loaded no better' },
    { name: 'restart-docker', why: 'dockerd needs the same modules again' },
    { name: 'modprobe-ip-tables', why: 'it is built in or already loaded; its silence means nothing' },
    { name: 'depmod', why: 'it indexes modules that no longer exist' },
  ],
})

const fix = (
  name: string,
  title: string,
  cls: 'cures' | 'no-effect',
  steps: string[],
  detail: string,
  more: Partial<FixRecord> = {},
): FixRecord => ({
  name,
  title,
  expected: cls,
  observed: cls,
  steps,
  ladder: {},
  detail,
  ...more,
})

const fixes: FixRecord[] = [
  fix('reboot', 'Reboot into the newest installed kernel', 'cures', ['systemctl reboot'], 'nothing named', {
    ladder: { 'docker-restart': 'cures', 'new-network': 'cures', reboot: 'cures' },
    facts: after,
  }),
  fix(
    'reinstall-running-kernel',
    'Install the running kernel’s package again',
    'cures',
    [
      `apt-get install -y --reinstall linux-image-${old}`,
      `depmod ${old}`,
      'systemctl reset-failed docker',
      'systemctl restart docker',
    ],
    'nothing named',
    { ladder: { 'docker-restart': 'cures' } },
  ),
  fix(
    'switch-to-iptables-legacy',
    'Point the alternatives at iptables-legacy',
    'no-effect',
    ['update-alternatives --set iptables /usr/sbin/iptables-legacy', 'systemctl restart docker'],
    '“systemctl restart docker” exits 1; still named: stale-kernel',
  ),
  fix(
    'restart-docker',
    'Restart containerd and Docker',
    'no-effect',
    ['systemctl restart containerd', 'systemctl restart docker'],
    '“systemctl restart docker” exits 1; still named: stale-kernel',
  ),
  fix(
    'modprobe-ip-tables',
    'Load ip_tables by hand',
    'no-effect',
    ['modprobe ip_tables', 'systemctl restart docker'],
    '“systemctl restart docker” exits 1; still named: stale-kernel',
  ),
  fix(
    'depmod',
    'Rebuild the module index',
    'no-effect',
    ['depmod -a', 'systemctl restart docker'],
    '“systemctl restart docker” exits 1; still named: stale-kernel',
  ),
]

/** A stage that passed, unless `more` changes that. */
export const stage = (
  name: string,
  seconds: number,
  summary: string,
  more: Partial<StageRecord> = {},
): StageRecord => ({
  name,
  verdict: 'passed',
  durationMs: seconds * 1000,
  summary,
  mismatches: [],
  ...more,
})

const removed = [
  '*nat',
  ':PREROUTING ACCEPT [0:0]',
  ':INPUT ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ':POSTROUTING ACCEPT [0:0]',
  ':DOCKER - [0:0]',
  '-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER',
  '-A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER',
  '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
  '-A POSTROUTING -s 172.30.1.0/24 ! -o br-user -j MASQUERADE',
  '-A DOCKER -i docker0 -j RETURN',
  '-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80',
  '-A FORWARD -j DOCKER-USER',
  '-A FORWARD -j DOCKER-ISOLATION-STAGE-1',
  '-A FORWARD -i docker0 ! -o docker0 -j ACCEPT',
]

const cell: CellRecord = {
  name: 'debian12-stale-kernel',
  scenario: 'stale-kernel',
  title: 'A kernel upgraded without a reboot leaves Docker unable to program NAT',
  source: '000',
  host: 'debian12',
  provider: 'qemu',
  accelerator: 'tcg',
  verdict: 'passed',
  durationMs: 489_400,
  facts: { ...facts, after },
  stages: [
    stage('provision', 96.4, 'a debian12 host is up on qemu, with its outside and its probe containers'),
    stage('healthy', 21.3, 'every probe answers as on a healthy host and no detector names a cause'),
    stage('inject', 18.2, 'stale-kernel (purged) is in place'),
    stage('latent', 19.8, 'nothing fails yet, and the detector already names stale-kernel'),
    stage('broken', 34.1, '18 of 19 probes fail, and the detectors name stale-kernel', {
      journal: [
        {
          expected: 'Extension MASQUERADE revision 0 not supported, missing kernel module?',
          seen: 'dockerd[1841]: failed to start daemon: Error initializing network controller: iptables failed: iptables --wait -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE: Warning: Extension MASQUERADE revision 0 not supported, missing kernel module?',
        },
        {
          expected: 'CHAIN_ADD failed (No such file or directory): chain POSTROUTING',
          seen: 'dockerd[1841]: iptables v1.8.9 (nf_tables): CHAIN_ADD failed (No such file or directory): chain POSTROUTING',
        },
      ],
    }),
    stage('fix:reboot', 104.7, 'Reboot into the newest installed kernel: cures (nothing named)'),
    stage('fix:reinstall-running-kernel', 62.3, 'Install the running kernel’s package again: cures (nothing named)'),
    stage(
      'fix:switch-to-iptables-legacy',
      36.1,
      'Point the alternatives at iptables-legacy: no-effect (still named: stale-kernel)',
    ),
    stage('fix:restart-docker', 33.9, 'Restart containerd and Docker: no-effect (still named: stale-kernel)'),
    stage('fix:modprobe-ip-tables', 31.2, 'Load ip_tables by hand: no-effect (still named: stale-kernel)'),
    stage('fix:depmod', 31.4, 'Rebuild the module index: no-effect (still named: stale-kernel)'),
  ],
  probes: [
    ...probesAt('healthy', true),
    ...probesAt('latent', true),
    ...probesAt('broken', false),
    ...fixes.flatMap(({ name, observed }) => probesAt(`fix:${name}`, observed === 'cures')),
  ],
  diagnoses: [
    { stage: 'healthy', expected: [], named: [], detail: [] },
    { stage: 'latent', expected: ['stale-kernel'], named: ['stale-kernel'], detail: [diagnosis('latent')] },
    { stage: 'broken', expected: ['stale-kernel'], named: ['stale-kernel'], detail: [diagnosis('active')] },
    ...fixes.map(({ name, observed }) => {
      const named = observed === 'cures' ? [] : ['stale-kernel']
      return { stage: `fix:${name}`, expected: named, named, detail: named.length ? [diagnosis('active')] : [] }
    }),
  ],
  fixes,
  rulesets: [
    { stage: 'broken', removed, added: ['-P FORWARD DROP'] },
    { stage: 'fix:restart-docker', removed, added: ['-P FORWARD DROP'] },
    { stage: 'fix:reboot', removed: [], added: [] },
  ],
  command: 'npm run scenario debian12-stale-kernel',
}

/** A run of one cell that passed. Each call makes a new one, so that a spec can change it. */
export function sampleRun(bend: (cell: CellRecord) => void = () => {}): RunRecord {
  const copy = structuredClone(cell)
  bend(copy)
  const { verdict, durationMs, command } = copy
  return {
    version: recordVersion,
    runId: '20260114-0931-7f3a',
    startedAt: '2026-01-14T09:31:07.000Z',
    durationMs,
    verdict,
    command,
    cells: [copy],
  }
}
