import { expect } from 'chai'
import { causeNames } from '../causes/index.ts'
import { FakeHost } from '../hosts/fake.ts'
import type { ExecResult } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { type Adapter, commandAdapter } from './adapter.ts'
import { loadDetectors } from './load.ts'
import { runDetector } from './run-detector.ts'

const adapter: Adapter = {
  ...commandAdapter('check'),
  exits: [0, 2],
  answer: '^checked$',
  rules: [
    { output: '^kernel: old$', cause: 'stale-kernel' },
    { output: '^kernel', exit: [2], cause: 'rules-flushed' },
    { exit: [2], cause: 'sick' },
  ],
}
const readResult = async (of: Adapter, result: Partial<ExecResult>) => {
  const { durationMs: _, ...answer } = await runDetector(new FakeHost(() => result), of)
  return answer
}
const shipped = (name: string): Adapter => loadDetectors([name], causeNames)[0]!

describe('an outside detector', () => {
  it('names the cause of every rule that matches, once', async () => {
    expect(await readResult(adapter, { stdout: 'checked\nkernel: old\n' })).to.deep.equal({
      status: 'answer',
      named: ['stale-kernel'],
      detail: 'kernel: old',
    })
    expect(await readResult(adapter, { code: 2, stderr: 'kernel: old\nchecked\n' })).to.deep.include({
      named: ['stale-kernel', 'rules-flushed', 'sick'],
      detail: 'kernel: old · exit 2: kernel: old · checked',
    })
  })

  it('finds the host healthy where no rule matches', async () => {
    expect(await readResult(adapter, { stdout: 'checked\n' })).to.deep.include({ status: 'answer', named: [] })
    expect(await readResult(adapter, { stdout: 'checked\nno kernel: old one\n' })).to.deep.include({ named: [] })
  })

  it('that crashes, runs out of time or babbles is an error, never silent', async () => {
    for (const [result, why] of [
      [{ code: 124, stdout: 'checked' }, 'no answer within 60 s'],
      [
        { code: 139, stdout: 'checked', stderr: 'Segmentation fault' },
        'exit 139 is not an answer: checked · Segmentation',
      ],
      [{ code: 1, stdout: 'checked' }, 'exit 1 is not an answer'],
      [{ code: 127 }, 'exit 127 is not an answer'],
      [{ stdout: 'unchecked' }, 'its output holds no answer'],
      [{}, 'its output holds no answer'],
    ] as const) {
      const answer = await readResult(adapter, result)
      expect(answer).to.deep.include({ status: 'error', named: [] })
      expect(answer.detail).to.contain(why)
    }
  })

  it('has its own deadline', async () => {
    const host = new FakeHost(() => undefined)
    const seen: unknown[] = []
    host.exec = async (_, options) => {
      seen.push(options?.deadlineMs)
      return { code: 0, stdout: '', stderr: '', durationMs: 7 }
    }
    expect(await runDetector(host, { ...adapter, deadline: 5 })).to.deep.include({ durationMs: 7 })
    expect(seen).to.deep.equal([5000])
  })

  it('does not hide that the host is lost', async () => {
    const host = new FakeHost(() => undefined)
    await host[Symbol.asyncDispose]()
    const error = await runDetector(host, adapter).catch((thrown) => thrown)
    expect(error).to.be.instanceOf(LabError)
  })

  it('has its words cleaned, bounded and read within bounds', async () => {
    const { detail, status } = await readResult(
      { ...adapter, rules: [{ output: 'BAD', cause: 'sick' }] },
      { stdout: `checked\n\x1b[31mBAD ${'x'.repeat(2_000_000)}` },
    )
    expect(status).to.equal('answer')
    expect(detail).to.have.length(300).and.not.contain('\x1b')
  })

  it('that is a command finds the host healthy by 0 and sick by 1 to 123; above is a crash', async () => {
    const named = async (code: number) => (await readResult(commandAdapter('x --y'), { code })).named
    expect([await named(0), await named(1), await named(123)]).to.deep.equal([[], ['sick'], ['sick']])
    expect(await readResult(commandAdapter('x --y'), { code: 127 })).to.deep.include({ status: 'error' })
  })

  it('needrestart: a kernel that waits for a reboot is stale, one it cannot see is not', async () => {
    const of = async (state: number) =>
      (await readResult(shipped('needrestart'), { stdout: `NEEDRESTART-VER: 3.6\nNEEDRESTART-KSTA: ${state}\n` })).named
    expect([await of(1), await of(2), await of(3)]).to.deep.equal([[], ['stale-kernel'], ['stale-kernel']])
    for (const stdout of ['NEEDRESTART-VER: 3.6\n', 'NEEDRESTART-KSTA: 0\n'])
      expect(await readResult(shipped('needrestart'), { stdout })).to.deep.include({ status: 'error' })
  })

  it('package-files: a missing module is a stale kernel, another file is only sick, a manual does not count', async () => {
    const of = async (line: string) =>
      (await readResult(shipped('package-files'), { code: 2, stderr: `debsums: ${line}\n` })).named
    expect(
      await of(
        'missing file /lib/modules/6.1.0-37-cloud-amd64/kernel/net/netfilter/nf_nat.ko (from linux-image-x package)',
      ),
    ).to.deep.equal(['stale-kernel'])
    expect(await of('missing file /usr/lib/modules/6.12.1/kernel/a.ko (from x package)')).to.deep.equal([
      'stale-kernel',
    ])
    expect(await of('missing file /usr/sbin/nft (from nftables package)')).to.deep.equal(['sick'])
    expect(await of('missing file /usr/share/man/man8/nft.8.gz (from nftables package)')).to.deep.equal([])
    expect(await of('changed file /usr/sbin/xtables-nft-multi (from iptables package)')).to.deep.equal(['sick'])
    expect(await readResult(shipped('package-files'), { code: 1, stderr: 'no such package' })).to.deep.include({
      status: 'error',
    })
  })

  it('docker-info: forwarding that is off has a name, other warnings do not, and limits of resources do not count', async () => {
    const of = (line: string, result: Partial<ExecResult> = {}) =>
      readResult(shipped('docker-info'), { stdout: ` Server Version: 20.10.24\n${line}\n`, ...result })
    expect((await of('')).named).to.deep.equal([])
    expect((await of('WARNING: IPv4 forwarding is disabled')).named).to.deep.equal(['forwarding-off'])
    expect((await of('WARNING: bridge-nf-call-iptables is disabled')).named).to.deep.equal(['sick'])
    for (const resource of ['No swap limit support', 'No io.max (riops) support', 'the cpu shares are not supported'])
      expect((await of(`WARNING: ${resource}`)).named, resource).to.deep.equal([])
    expect((await of('', { code: 1, stdout: 'no answer\n' })).named).to.deep.equal(['sick'])
    expect(await of('', { stdout: 'Client:\n' })).to.deep.include({ status: 'error' })
  })

  it('lynis: a warning means sick, a suggestion nothing', async () => {
    const of = (stdout: string) => readResult(shipped('lynis'), { stdout })
    expect((await of('lynis_version=3.0.8\n')).named).to.deep.equal([])
    expect((await of('warning[]=FIRE-4512|iptables module(s) loaded|-|-|\nlynis_version=3.0.8\n')).named).to.deep.equal(
      ['sick'],
    )
    expect(await of('warning[]=x\n')).to.deep.include({ status: 'error' })
  })

  it('ping-and-curl: only finds that something fails', async () => {
    const of = (result: Partial<ExecResult>) => readResult(shipped('ping-and-curl'), result)
    expect(await of({ stdout: 'both answer\n' })).to.deep.include({ status: 'answer', named: [] })
    expect(await of({ code: 1, stdout: 'failed: the ping\n' })).to.deep.include({ status: 'answer', named: ['sick'] })
    expect(await of({ code: 1 })).to.deep.include({ status: 'error' })
  })
})
