import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import ipMasqFalse from './causes/masquerade-off/index.ts'
import staleKernel from './causes/stale-kernel/index.ts'
import type { RunContext } from './cell/cell-run.ts'
import { examine } from './diagnosis/examine.ts'
import { type FakeHost, fakeProvider } from './hosts/fake.ts'
import type { Fault } from './injection/fault.ts'
import type { Probe } from './probes/probe.ts'
import { blankRecord } from './results/blank-record.ts'
import type { CellRecord } from './results/record.ts'
import { runStages } from './run.ts'
import type { Cell } from './scenario/cell.ts'
import { bundleOf, section } from './stale-world.spec-data.ts'

const logDir = mkdtempSync(join(tmpdir(), 'dockfault-two-spec-'))
// Under `npm run mutants` one process runs a spec many times.
before(() => void mkdirSync(logDir, { recursive: true }))
after(() => rmSync(logDir, { recursive: true }))

// A world in which the scripts of two faults work as on a real host: masquerading is off from dockerd's start with the
// setting, and the kernel goes stale as in run.spec.ts.
const setting = '/etc/docker/daemon.json'
const off = (host: FakeHost): boolean => host.files.has(setting) && host.files.has('restarted')

/** The evidence of Docker there: while dockerd runs, its default network as well. */
function dockerOf(host: FakeHost): string {
  const config = section('docker-config', [Buffer.from(host.files.get(setting) ?? '{}').toString()])
  if (host.state === 'broken') return config
  const options = {
    'com.docker.network.bridge.name': 'docker0',
    'com.docker.network.bridge.default_bridge': 'true',
    'com.docker.network.bridge.enable_ip_masquerade': String(!off(host)),
  }
  const ranges = { Config: [{ Subnet: '172.17.0.0/16', Gateway: '172.17.0.1' }] }
  const bridge = { Name: 'bridge', Id: 'a'.repeat(64), Driver: 'bridge', Options: options, IPAM: ranges }
  return config + section('docker-server', ['20.10.24']) + section('docker-networks', [JSON.stringify(bridge)])
}

function respond(script: string, host: FakeHost) {
  if (script.startsWith(`cat ${setting}`)) return { stdout: '{}' }
  // The script with rmmod stops containers as well, so it is checked first.
  if (script.includes('rmmod') && host.state === 'latent') host.state = 'broken'
  else if (script.includes('xargs -r docker stop') && host.files.has(setting)) host.files.set('restarted', Buffer.of())
  else if (script.includes('sed -i -zE')) host.files.delete(setting)
  else if (script.includes('apt-get purge')) host.state = 'latent'
  else if (script === 'reboot' || script.includes('apt-get install -y --reinstall')) host.state = 'healthy'
  else if (script === 'ask egress-tcp') return { code: host.state === 'broken' || off(host) ? 1 : 0 }
  else if (script.includes('dockfault-evidence')) return { stdout: bundleOf(host) + dockerOf(host) }
  return undefined
}

const probes: Probe[] = [
  { name: 'egress-tcp', healthy: 'pass', script: 'ask egress-tcp', failCodes: [1], deadlineMs: 1 },
]
const causes = ['masquerade-off', 'stale-kernel']
const cell: Cell = {
  name: 'debian12-two-at-once',
  scenario: 'two-at-once',
  host: 'debian12',
  title: 'Two at once',
  tags: [],
  needs: [],
  given: {
    xtables: 'nft',
    'forward-policy': 'drop',
    'userland-proxy': true,
    'live-restore': false,
    networks: 0,
  } as Cell['given'],
  fault: { kind: 'masquerade-off', params: { through: 'daemon-json' } },
  and: { kind: 'stale-kernel', params: { how: 'purged' } },
  healthy: { probes: { 'egress-tcp': 'pass' }, diagnosis: [], journal: [] },
  broken: { probes: { 'egress-tcp': 'fail' }, diagnosis: causes, journal: [] },
  fixes: [
    { use: 'reboot', expect: 'no-effect', leaves: ['masquerade-off'], facts: {}, ladder: {} },
    { use: 'reinstall-running-kernel', expect: 'no-effect', leaves: ['masquerade-off'], facts: {}, ladder: {} },
    { use: 'remove-setting', expect: 'no-effect', leaves: ['stale-kernel'], facts: {}, ladder: {} },
  ],
  where: { file: 'two-at-once.yaml', line: 1 },
}

const faults: Record<string, Fault> = { 'masquerade-off': ipMasqFalse as Fault, 'stale-kernel': staleKernel as Fault }
const causesOf = (of: Record<string, Fault>) => Object.values(of).flatMap(({ cause }) => cause ?? [])
const withFault = (kind: string, change: Partial<Fault>): Partial<RunContext> => {
  const changed = { ...faults, [kind]: { ...faults[kind]!, ...change } }
  return { faults: changed, causes: causesOf(changed) }
}
const withRemedy = (kind: string, name: string, steps: string[], reboots = false): Partial<RunContext> => {
  const cause = faults[kind]!.cause!
  const remedy = { ...cause.remedies[name]!, steps: () => steps, reboots }
  return withFault(kind, { cause: { ...cause, remedies: { ...cause.remedies, [name]: remedy } } })
}

async function play(change: Partial<RunContext> = {}): Promise<CellRecord & { hosts: FakeHost[] }> {
  const provider = fakeProvider(respond)
  const signal = new AbortController().signal
  const context: RunContext = {
    provider,
    faults,
    causes: causesOf(faults),
    probes,
    logDir,
    signal,
    progress: () => {},
    ...change,
  }
  const record = blankRecord(cell, 'fake', 'none')
  for await (const _ of runStages(cell, context, record));
  return Object.assign(record, { hosts: provider.made })
}

describe('the diagnosis of hosts with two faults', () => {
  const folder = new URL('./evidence/two-at-once/', import.meta.url)
  const all = ['masquerade-off', 'rules-flushed', 'iptables-check-broken', 'firewalld-zone', 'stale-kernel']
  const files = readdirSync(folder)
  it('has recordings', () => expect(files).to.have.length.at.least(9))
  for (const file of files) {
    const causes = all.filter((cause) => file.includes(cause))
    it(`names ${causes.join(' and ')}, and no other, on ${file.replace('.bundle', '')}`, () => {
      const { findings, unexplained } = examine(readFileSync(new URL(file, folder), 'utf8'))
      expect(causes).to.have.length(2)
      expect(findings.map(({ cause }) => cause)).to.have.members(causes)
      expect(unexplained).to.deep.equal([])
      // Each has a remedy, and at least one remedy is possible now.
      for (const { remedies, deferred } of findings) expect([...remedies, ...deferred]).to.not.be.empty
      expect(findings.flatMap(({ remedies }) => remedies)).to.not.be.empty
    })
  }
})

describe('two faults at once', () => {
  it('pass where both are named, and after the fix of each the other', async () => {
    const record = await play()
    expect(record.reason).to.equal(undefined)
    const named = record.diagnoses.map(({ stage, named }) => [stage, named])
    expect(named).to.deep.equal([
      ['healthy', []],
      // Worst first: while dockerd is down nothing fails of the other.
      ['broken', ['stale-kernel', 'masquerade-off']],
      ['fix:reboot', ['masquerade-off']],
      ['fix:reinstall-running-kernel', ['masquerade-off']],
      ['fix:remove-setting', ['stale-kernel']],
    ])
    expect(record.stages.find(({ name }) => name === 'inject')?.summary).to.equal(
      'the fault masquerade-off (through: daemon-json) has broken the host; now stale-kernel (how: purged) is injected as well',
    )
  })

  it('come one after the other, on every host', async () => {
    for (const { scripts } of (await play()).hosts) {
      const order = ['xargs -r docker stop', 'apt-get purge', 'rmmod'].map((word) =>
        scripts.findIndex((script) => script.includes(word)),
      )
      expect(order)
        .to.deep.equal(order.toSorted((a, b) => a - b))
        .and.not.include(-1)
    }
  })

  const sabotage: [string, string, Partial<RunContext>][] = [
    ['a first injector that does nothing', 'broken', withFault('masquerade-off', { inject: async () => {} })],
    ['a second injector that does nothing', 'broken', withFault('stale-kernel', { inject: async () => {} })],
    ['a diagnosis that does not know the first', 'broken', { causes: [staleKernel.cause!] }],
    ['a diagnosis that does not know the second', 'broken', { causes: [ipMasqFalse.cause!] }],
    // The probes fit in both cases: only the causes that are still named show the mistake.
    ['a fix of the second that does nothing', 'fix:reboot', withRemedy('stale-kernel', 'reboot', [])],
    ['a fix of the first that does nothing', 'fix:remove-setting', withRemedy('masquerade-off', 'remove-setting', [])],
  ]
  for (const [what, where, change] of sabotage)
    it(`turn the run red with ${what}: ${where}`, async () => {
      const record = await play(change)
      expect(record.verdict).to.equal('failed')
      expect(record.reason).to.contain(`stage ${where}:`)
    })

  it('turn the run red with a fix of one that mends the other as well', async () => {
    const both = withRemedy('masquerade-off', 'remove-setting', ['sed -i -zE'], true)
    const { stages, fixes } = await play(both)
    expect(stages.at(-1)?.mismatches).to.include('diagnosis: stale-kernel was not named')
    expect(fixes.at(-1)?.observed).to.equal('cures')
  })
})
