import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { onPath, pathOf } from '../../lib/programs.ts'
import { skipped } from '../../lib/skipped.spec-data.ts'
import { collectorSections } from '../collector.ts'

const lib = readFileSync(new URL('lib.sh', import.meta.url), 'utf8')

describe('what a kernel has built in', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-built-in-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const isBuiltIn = (name: string, env: Record<string, string>): boolean =>
    spawnSync('sh', ['-c', `${lib}\nbuilt_in ${name}`], { env: { PATH: process.env.PATH, ...env } }).status === 0

  it('is what its tree of modules lists', () => {
    const index = join(dir, 'modules.builtin')
    writeFileSync(index, 'kernel/net/netfilter/nf_tables.ko\nkernel/net/netfilter/xt_nat.ko\n')
    // The tree decides alone.
    const symbols = join(dir, 'kallsyms')
    writeFileSync(symbols, '0 t nft_compat_module_init\n')
    const env = { built_in_index: index, symbols }
    expect(isBuiltIn('nf_tables', env)).to.equal(true)
    expect(isBuiltIn('xt_nat', env)).to.equal(true)
    expect(isBuiltIn('nft_compat', env)).to.equal(false)
    expect(isBuiltIn('nf_nat', env)).to.equal(false)
  })

  it('is, without a tree, what has a symbol of the kernel’s own', () => {
    const symbols = join(dir, 'kallsyms')
    writeFileSync(
      symbols,
      '0 t nf_tables_module_init\n0 t masquerade_tg_init\n0 t nft_compat_module_init\t[nft_compat]\n',
    )
    const env = { built_in_index: join(dir, 'none'), symbols }
    expect(isBuiltIn('nf_tables', env)).to.equal(true)
    expect(isBuiltIn('xt_MASQUERADE', env)).to.equal(true)
    expect(isBuiltIn('nft_compat', env), 'a loaded module').to.equal(false)
    expect(isBuiltIn('ip_set', env)).to.equal(false)
    expect(isBuiltIn('ip_set', { ...env, symbols: join(dir, 'none') })).to.equal(false)
  })

  it('is no directory of /sys/module, so no section goes by that alone', () => {
    const bodies = collectorSections().filter(({ body }) => body.includes('/sys/module'))
    expect(bodies.map(({ name }) => name)).to.deep.equal(['layer2-rules'])
    expect(bodies[0]!.body).to.contain('loaded "ebtable_$table" || continue')
  })
})

describe('a host without a tool', function () {
  this.timeout(20_000)
  let bin: string
  before(function () {
    const able = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'true']).status === 0
    if (!able || !onPath('nft') || !onPath('iptables-legacy'))
      skipped(this, 'it takes root, a network namespace, nft and iptables')
    bin = mkdtempSync(join(tmpdir(), 'dockfault-bin-'))
    const names = [
      'sh',
      'grep',
      'sed',
      'perl',
      'paste',
      'head',
      'uname',
      'ip',
      'id',
      'cat',
      'iptables',
      'iptables-save',
    ]
    for (const name of names) symlinkSync(pathOf(name)!, join(bin, name))
  })
  after(() => {
    if (bin) rmSync(bin, { recursive: true })
  })

  /** The exit code of a section and what it prints, in a network namespace that a script has set up with every tool. */
  const collected = (name: string, setUp: string): { code: number; out: string; why: string } => {
    const { body } = collectorSections().find((each) => each.name === name)!
    const script = `${setUp}\nPATH=${bin}\n${lib}\n${body}`
    const { status, stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' })
    return { code: status ?? -1, out: stdout, why: stderr }
  }
  const [absent, failed] = [90, 1]

  it('has nothing to show by nft where iptables lists every table', () => {
    const { code, why } = collected('rules-native', 'iptables-nft -A FORWARD -j DROP')
    expect({ code, why }).to.deep.include({ code: absent })
    expect(why).to.contain('iptables lists every table')
  })

  it('has tables that cannot be read where another program has made them', () => {
    for (const table of ['inet mine', 'bridge mine', 'netdev mine', 'arp filter', 'ip mine', 'ip6 filter']) {
      const { code, why } = collected('rules-native', `nft add table ${table}`)
      expect(code, table).to.equal(failed)
      expect(why).to.contain(`the tables ${table} cannot be read`)
    }
  })

  it('may have such tables where nobody can look for them', () => {
    const { code } = collected('rules-native', `perl() { return 127; }\n`)
    expect(code).to.equal(failed)
  })

  it('lists its rules by the shorter name of the program', () => {
    const { code, out } = collected('rules-nft', 'iptables-nft -A FORWARD -j DROP')
    expect({ code, out: out.includes('-A FORWARD -j DROP') }).to.deep.equal({ code: 0, out: true })
  })

  it('has rules of the legacy backend that cannot be read', () => {
    const { code, why } = collected('rules-legacy', 'iptables-legacy -A FORWARD -j DROP')
    expect({ code, why }).to.deep.include({ code: failed })
    expect(collected('rules-legacy', 'true').code, 'none').to.equal(0)
  })

  it('lists its connections by the kernel’s own file', function () {
    if (!existsSync('/proc/net/nf_conntrack')) skipped(this, 'this kernel has no /proc/net/nf_conntrack')
    const track =
      "nft 'add table ip t; add chain ip t c { type filter hook input priority 0; }; add rule ip t c ct state new'"
    const { code, out } = collected('connections', `ip link set lo up; ${track}; ping -c 1 -W 1 127.0.0.1 >&2`)
    expect(code).to.equal(0)
    expect(out).to.match(/^icmp +1 \d+ src=127\.0\.0\.1 dst=127\.0\.0\.1 type=8 .* mark=0 use=\d+\n$/)
  })

  it('may have traffic control that cannot be read', () => {
    const { code, why } = collected(
      'traffic-control',
      'ip link add d0 type dummy; tc qdisc add dev d0 root tbf rate 1mbit burst 10k latency 1s',
    )
    expect(code, why).to.equal(failed)
  })
})
