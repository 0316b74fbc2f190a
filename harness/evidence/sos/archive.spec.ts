import { spawnSync } from 'node:child_process'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { onPath } from '../../lib/programs.ts'
import { readFacts } from '../facts.ts'
import { sosBundle } from './index.ts'
import { archives, type Entry, entriesOf, reportAt, reports, root, tarGzOf, tarOf } from './reports.spec-data.ts'
import { isWanted } from './sections.ts'

describe('the archive of a sos report', function () {
  this.timeout(60_000)
  const { work, entries, written, factsOf, withText } = archives()
  const failed = async (path: string): Promise<{ message: string; code: string; hint?: string; exitCode: number }> =>
    sosBundle(path).then(
      () => expect.fail(`${path} was read`),
      (error) => error,
    )

  it('is the same as a folder, and by each compression', async () => {
    const expected = await sosBundle(reportAt('well/debian12'))
    const unpacked = join(work, 'unpacked')
    for (const { header, text } of entries) {
      const path = join(unpacked, header.name)
      await mkdir(dirname(path), { recursive: true })
      if (header.type === 'symlink') await symlink(header.linkname!, path)
      else await writeFile(path, text)
    }
    // By the folder that tar makes, and by the one that was named for it.
    expect(await sosBundle(join(unpacked, root))).to.equal(expected)
    expect(await sosBundle(unpacked)).to.equal(expected)
    const plain = gunzipSync(await readFile(reportAt('well/debian12')))
    expect(await sosBundle(await written('any-name', plain))).to.equal(expected)
    for (const program of ['xz', 'bzip2'].filter(onPath)) {
      const { stdout } = spawnSync(program, ['-c'], { input: plain, maxBuffer: 2 ** 26 })
      expect(await sosBundle(await written(`by-${program}`, stdout)), program).to.equal(expected)
    }
  })

  it('is read as far as it goes where the archive is cut off', async () => {
    const whole = await readFile(reportAt('well/debian12'))
    const plain = gunzipSync(whole)
    const counts: number[] = []
    for (const [kind, content] of [
      ['gz', whole],
      ['tar', plain],
    ] as const)
      for (const part of [0.3, 0.6, 0.9]) {
        const cut = await written(`cut.${kind}`, content.subarray(0, Math.floor(content.length * part)))
        const { sections } = readFacts(await sosBundle(cut))
        const read = Object.values(sections).filter(({ status }) => status === 'ok').length
        counts.push(read)
        expect(
          Object.values(sections).some(({ why }) => why.includes('the archive ends before it')),
          `${kind} ${part}`,
        ).to.equal(true)
        expect(sections['boot-files'], `${kind} ${part}`).to.include({ status: 'failed' })
      }
    expect(Math.max(...counts)).to.be.above(Math.min(...counts))
    expect(counts.every((count) => count < 28)).to.equal(true)
  })

  it('never leaves its folder', async () => {
    const outside = await written('outside.conf', 'nameserver 198.51.100.66\n')
    const hostile: Entry[] = [
      ...entries.filter(({ header }) => !/etc\/resolv\.conf$/.test(header.name)),
      { header: { name: `${root}/../../../escaped.conf` }, text: 'x' },
      { header: { name: '/etc/absolute.conf' }, text: 'x' },
      { header: { name: `${root}/etc/resolv.conf`, type: 'symlink', linkname: outside }, text: '' },
      {
        header: { name: `${root}/etc/sysctl.d/99-out.conf`, type: 'symlink', linkname: '../../../../../../etc/passwd' },
        text: '',
      },
      { header: { name: `${root}/proc/net`, type: 'symlink', linkname: 'net' }, text: '' },
      { header: { name: `${root}/etc/docker`, type: 'symlink', linkname: '../etc/docker' }, text: '' },
    ]
    const { resolver, sections, bootFiles } = await factsOf(hostile)
    expect(resolver.nameservers).to.deep.equal([])
    expect(sections.resolver).to.include({ status: 'failed' })
    expect(sections['rules-legacy']).to.include({ status: 'failed' })
    expect(JSON.stringify(bootFiles)).to.not.contain('root:')
    // The same in a folder: a link out of it is not followed, whatever it leads to.
    const unpacked = join(work, 'hostile')
    await mkdir(join(unpacked, 'sos_commands'), { recursive: true })
    await mkdir(join(unpacked, 'etc'))
    await symlink(outside, join(unpacked, 'etc/resolv.conf'))
    await symlink('/etc', join(unpacked, 'etc/sysctl.d'))
    const facts = readFacts(await sosBundle(unpacked))
    expect(facts.resolver.nameservers).to.deep.equal([])
    expect(facts.bootFiles).to.deep.equal([])
  })

  it('does not read a file that is too large', async () => {
    const { sections } = await factsOf(
      withText('sos_commands/networking/ip_route_show_table_all', ' '.repeat(33 * 2 ** 20)),
    )
    expect(sections.routes?.why).to.contain('too large')
  })

  it('is not a way to fill the memory', async () => {
    // A file's name that is 8 GB long.
    const header = (await tarOf([{ header: { name: 'x' }, text: '' }])).subarray(0, 512)
    const long = Buffer.from(header)
    long.write('77777777777\0', 124, 'latin1')
    long.write('L', 156, 'latin1')
    long.write('        ', 148, 'latin1')
    const sum = long.reduce((total, byte) => total + byte, 0)
    long.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    const bomb = await written('bomb.tar.gz', gzipSync(Buffer.concat([long, Buffer.alloc(64 * 2 ** 20)])))
    expect(await failed(bomb))
      .to.include({ exitCode: 2 })
      .and.to.have.property('message')
      .that.matches(/cannot be read as an archive: .*max size/)
  })

  it('is refused with a reason where it is none', async () => {
    const other = entries.map(({ header, text }) => ({
      header: { ...header, name: header.name.replace('sos_commands', 'other') },
      text,
    }))
    const twice = [
      ...entries,
      ...entries.map(({ header, text }) => ({
        header: { ...header, name: `second/${header.name}`.replace(`/${root}`, '') },
        text,
      })),
    ]
    const empty = join(work, 'empty')
    await mkdir(empty)
    for (const [path, message, exitCode] of [
      [await written('text', 'dockfault-evidence 2 x\n'.repeat(40)), /is no sos report: no archive/, 64],
      [await written('nothing', ''), /is no sos report: no archive/, 64],
      [await written('report.tar.xz.gpg', Buffer.from([0x8c, 0x0d])), /is no sos report/, 64],
      [await written('other.tar.gz', await tarGzOf(other)), /no folder sos_commands/, 64],
      [await written('twice.tar', await tarOf(twice)), /holds several reports/, 64],
      [
        await written('garbage.gz', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0]), Buffer.alloc(400, 7)])),
        /cannot be read as an archive/,
        2,
      ],
      [empty, /no folder sos_commands/, 64],
      [join(work, 'gone'), /cannot read .*gone/, 2],
    ] as const)
      expect(await failed(path))
        .to.include({ exitCode })
        .and.to.have.property('message')
        .that.matches(message)
    expect((await failed(join(work, 'report.tar.xz.gpg'))).hint).to.contain('decrypt')
  })

  it('needs few of its files, and those that are recorded are all read', async () => {
    let count = 0
    for (const { path } of reports)
      for (const { header } of await entriesOf(path)) {
        count++
        const own = header.name.slice(header.name.indexOf('/') + 1)
        expect(header.type === 'symlink' || isWanted(own), own).to.equal(true)
      }
    expect(count).to.be.at.least(250)
    for (const path of [
      'sos_commands/logs/journalctl_--no-pager',
      'etc/shadow',
      'sos_commands/docker/docker_images',
      'var/log/messages',
    ])
      expect(isWanted(path), path).to.equal(false)
  })
})
