import { expect } from 'chai'
import { collectorSections } from '../collector.ts'
import { readFacts } from '../facts.ts'
import { haltedLines } from './docker/processes.ts'
import { sosBundle } from './index.ts'
import { archives, type Entry, reportAt, root } from './reports.spec-data.ts'
import { never, sosSections } from './sections.ts'

describe('a sos report', function () {
  this.timeout(60_000)
  const { entries, factsOf, withText } = archives()
  const renamed = (names: Record<string, string>): Entry[] =>
    entries.map(({ header, text }) => {
      const found = Object.entries(names).find(([from]) => header.name.endsWith(from))
      return { header: { ...header, name: found ? header.name.replace(...found) : header.name }, text }
    })

  it('fills or refuses each section of the collector, and no other', () => {
    const names = collectorSections().map(({ name }) => name)
    expect(sosSections.map(({ name }) => name).sort()).to.deep.equal([...names].sort())
    expect(never.length).to.be.below(names.length / 4)
  })

  it('reads what a host has', async () => {
    const { docker, links, routes, sysctls, xtables, nft, units, listeners, system, sections } = readFacts(
      await sosBundle(reportAt('well/debian12')),
    )
    expect(Object.values(sections).filter(({ status }) => status === 'ok')).to.have.length.at.least(28)
    expect(system).to.include({ os: 'Debian GNU/Linux 12 (bookworm)', container: 'docker' })
    expect(docker).to.include({ answers: true, server: '20.10.24+dfsg1' })
    expect(docker.networks.map(({ name }) => name).sort()).to.deep.equal(['bridge', 'probe-a', 'probe-b'])
    expect(docker.containers.map(({ name }) => name)).to.include.members(['probe-default', 'probe-user', 'probe-host'])
    expect(docker.containers.find(({ name }) => name === 'probe-default')).to.deep.include({
      addresses: { bridge: '172.17.0.2' },
      requested: [{ host: '', port: 8080, to: 80, protocol: 'tcp' }],
    })
    expect(docker.processes[0]?.command[0]).to.equal('/usr/sbin/dockerd')
    expect(docker.journal.at(-1)).to.not.match(/^Nov/)
    expect(links.find(({ name }) => name === 'docker0')).to.include({ kind: 'bridge', up: true })
    expect(routes.find(({ dst }) => dst === 'default')).to.include({ gateway: '192.0.2.1', dev: 'wan0' })
    expect(sysctls['net.ipv4.ip_forward']).to.equal('1')
    expect(xtables.nft.rules.map(({ text }) => text)).to.include(
      '-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE',
    )
    expect(nft.find(({ name }) => name === 'FORWARD')?.rules.length).to.be.above(5)
    expect(units['docker.service']).to.include({ load: 'loaded', active: 'active' })
    expect(listeners.some(({ program, port }) => program === 'docker-proxy' && port === 8080)).to.equal(true)
  })

  it('is read with the file names of other versions of sos', async () => {
    const expected = await factsOf(entries)
    const older = renamed({
      'firewall_tables/nft_-a_list_ruleset': 'networking/nft_list_ruleset',
      'ip_-4_rule_list': 'ip_-4_rule',
      'ip_-6_rule_list': 'ip_-6_rule',
      'ip_-d_address': 'ip_address',
    })
    expect(older.map(({ header }) => header.name)).to.include(`${root}/sos_commands/networking/nft_list_ruleset`)
    expect(await factsOf(older)).to.deep.equal(expected)
  })

  it('shows what it lacks as failed, and never as absent or empty', async () => {
    const states = async (without: RegExp) =>
      (await factsOf(entries.filter(({ header }) => !without.test(header.name)))).sections
    for (const [without, section] of [
      [/nft_-a_list/, 'rules-native'],
      [/nft_-a_list/, 'rules-nft'],
      [/ip_tables_names|\/dev$/, 'rules-legacy'],
      [/ip_route_show/, 'routes'],
      [/sysctl_-a/, 'sysctls'],
      [/docker_version|docker_info/, 'docker-server'],
      [/docker_network_inspect_probe-a/, 'docker-networks'],
      [/containers\/docker_inspect_/, 'docker-containers'],
      [/docker_ps$/, 'container-namespaces'],
      [/sos_commands\/docker\//, 'docker-config'],
      [/ps_alxwww/, 'docker-install'],
      [/systemctl_show/, 'units'],
      [/sos_commands\/kernel\//, 'boot-files'],
      [/sos_commands\/(networking|firewall_tables)\//, 'saved-rules'],
      [/etc\/resolv/, 'resolver'],
      [/systemctl_show/, 'firewalld'],
    ] as const)
      expect((await states(without))[section], section).to.include({ status: 'failed' })
  })

  it('reads queues, tables of neighbours and locks where it holds them', async () => {
    const read = (path: string, text: string) =>
      factsOf(withText(path, text).filter(({ header }) => header.name !== `${root}/proc/net`))
    const queue = '  300  31621     0 2 65531     0     0        1  1\n'
    expect((await read('proc/net/netfilter/nfnetlink_queue', queue)).packetQueues).to.deep.equal([300])
    const table = 'entries  allocs\n00000028 00009c10\n'
    expect((await read('proc/net/stat/arp_cache', table)).neighbourTables).to.deep.equal({ arp: 40 })
    const lock = (path: string): string =>
      `COMMAND PID TYPE SIZE MODE M START END PATH\nflock 1370 FLOCK 0B WRITE 0 0 0 ${path}\n`
    for (const [path, status] of [
      ['/run/lock/other', 'ok'],
      ['/run/xtables.lock', 'failed'],
      ['/run...', 'failed'],
    ] as const) {
      const { sections, lockHolders } = await read('sos_commands/filesys/lslocks', lock(path))
      expect(sections['xtables-lock'], path).to.include({ status })
      expect(lockHolders).to.deep.equal([])
    }
  })

  it('does not trust a command that failed, or output that is not whole', async () => {
    for (const bad of [{ return_code: 1 }, { return_code: 0, truncated: true }, { return_code: 124 }]) {
      const filepath = 'sos_commands/networking/ip_route_show_table_all'
      const manifest = { components: { report: { plugins: { networking: { commands: [{ filepath, ...bad }] } } } } }
      const { sections } = await factsOf(withText('sos_reports/manifest.json', JSON.stringify(manifest)))
      expect(sections.routes).to.include({ status: 'failed' })
      expect(sections.routes?.why).to.contain(filepath)
      expect(sections['routing-rules']).to.include({ status: 'ok' })
    }
  })

  it('does not take the rules of one backend for those of both', async () => {
    const { sections } = await factsOf(
      withText('proc/net/ip_tables_names', 'filter\nnat\n').filter(({ header }) => header.name !== `${root}/proc/net`),
    )
    expect(sections['rules-legacy']).to.include({ status: 'failed' })
    expect(sections['rules-nft']).to.include({ status: 'ok' })
    // A kernel with modules that has not loaded nf_tables has none of its rules.
    const bare = entries.filter(({ header }) => !/nft_-a_list/.test(header.name))
    const modules = (list: string): Entry => ({ header: { name: `${root}/proc/modules` }, text: list })
    const withModules = await factsOf([...bare, modules('nf_conntrack 139264 1 - Live 0x0\nbridge 1 0 - Live 0x0\n')])
    expect(withModules.sections['rules-native']).to.include({ status: 'ok' })
    expect(withModules.nft).to.deep.equal([])
    const loaded = await factsOf([...bare, modules('nf_conntrack 139264 1 - Live 0x0\nnf_tables 1 0 - Live 0x0\n')])
    expect(loaded.sections['rules-native']).to.include({ status: 'failed' })
  })

  it('knows containers that do not run', async () => {
    const ps = entries.find(({ header }) => header.name.endsWith('docker_ps_-a'))!.text
    const width = (ps.split('\n')[0] ?? '').indexOf('STATUS')
    const row = (status: string): string => `${'0123456789ab'.padEnd(width)}${status.padEnd(40)}left-over`
    const of = (status: string) =>
      factsOf(withText('sos_commands/docker/docker_ps_-a', `${ps.trimEnd()}\n${row(status)}\n`))
    const stopped = await of('Exited (137) 2 days ago')
    expect(stopped.docker.stopped).to.deep.include.members([
      { name: 'left-over', id: '0123456789ab', status: 'exited', exitCode: 137, error: '', restart: '', ports: [] },
    ])
    // dockerd could not start these, and its reason is not in the report.
    for (const status of ['Created', 'Exited (128) 2 days ago', 'Restarting (1) 2 seconds ago'])
      expect((await of(status)).sections['docker-containers'], status).to.include({ status: 'failed' })
  })

  it('reads the zones of firewalld, where it runs', async () => {
    const list = entries.find(({ header }) => header.name.endsWith('systemctl_show_service_--all'))!.text
    const running =
      'Id=firewalld.service\nNames=firewalld.service\nLoadState=loaded\nActiveState=active\nSubState=running\n'
    const zones = `block
  target: %%REJECT%%
  interfaces:${' '}

docker (active)
  target: ACCEPT
  interfaces: br-probe-a docker0
  sources:${' '}

public (default, active)
  target: default
  interfaces: wan0
`
    const more: Entry[] = [
      ...withText('sos_commands/systemd/systemctl_show_service_--all', `${list}\n\n${running}`),
      { header: { name: `${root}/sos_commands/firewalld/firewall-cmd_--list-all-zones` }, text: zones },
    ]
    const conf: Entry = { header: { name: `${root}/etc/firewalld/firewalld.conf` }, text: '# x\nDefaultZone=public\n' }
    const { firewalld, sections } = await factsOf([...more, conf])
    expect(sections.firewalld).to.include({ status: 'ok' })
    expect(firewalld).to.deep.equal({
      defaultZone: 'public',
      zones: { docker: ['br-probe-a', 'docker0'], public: ['wan0'] },
    })
    expect((await factsOf(more)).sections.firewalld).to.include({ status: 'failed' })
    expect((await factsOf(entries)).sections.firewalld).to.include({ status: 'absent' })
  })

  it('does not take the usual file for the one that dockerd reads', async () => {
    const ps = entries.find(({ header }) => header.name.endsWith('ps_alxwww'))!.text
    const own = ps.replace(/(dockerd -H fd:\/\/)/, '$1 --config-file=/etc/other.json')
    expect(own).to.not.equal(ps)
    const { sections } = await factsOf(withText('sos_commands/process/ps_alxwww', own))
    expect(sections['docker-config']).to.include({ status: 'failed' })
    expect(sections['docker-config']?.why).to.contain('/etc/other.json')
  })
})

describe('the processes of a sos report', () => {
  it('are halted where a signal has stopped a service of the host or a child of dockerd', () => {
    const line = (pid: number, parent: number, state: string, command: string): string =>
      `4     0 ${pid} ${parent}  20   0 1000  100 -      ${state}    ?          0:01 ${command}`
    const text = [
      'F   UID   PID  PPID PRI  NI    VSZ   RSS WCHAN  STAT TTY        TIME COMMAND',
      line(7, 1, 'Tsl', '/usr/bin/containerd'),
      line(8, 1, 'Ssl', '/usr/sbin/dockerd -H fd://'),
      line(9, 8, 'Tl', '/usr/sbin/docker-proxy -proto tcp'),
      line(10, 99, 'Tsl', 'containerd'),
    ].join('\n')
    expect(haltedLines(text).split('\n')).to.deep.equal([
      'process 7 signal - - containerd',
      'process 9 signal - - docker-proxy',
    ])
  })
})
