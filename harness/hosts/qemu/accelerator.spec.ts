import { accessSync, chmodSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import { skipped } from '../../lib/skipped.spec-data.ts'
import { findAccelerator, knownAccelerator, slowness } from './accelerator.ts'

describe('the accelerator', () => {
  let dir: string
  const { PATH, XDG_CACHE_HOME } = process.env

  beforeEach(function () {
    try {
      accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
    } catch {
      skipped(this, 'there is no /dev/kvm that this user may open')
    }
    dir = mkdtempSync(join(tmpdir(), 'dockfault-accelerator-'))
    process.env.PATH = `${dir}${delimiter}${PATH}`
    process.env.XDG_CACHE_HOME = dir
    writeFileSync(join(dir, 'vmlinuz'), 'kernel')
  })
  afterEach(() => {
    process.env.PATH = PATH
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME
    if (dir) rmSync(dir, { recursive: true, force: true })
  })

  /** A QEMU whose guest prints a line, or nothing, on its console. */
  const qemu = (prints: string): void => {
    const script = `#!/bin/sh
[ "$1" = --version ] && { echo 'QEMU emulator version 1'; exit; }
echo boot >>${dir}/boots
for word; do case $word in file:*) echo '${prints}' >"\${word#file:}" ;; esac; done`
    writeFileSync(join(dir, 'qemu-system-x86_64'), script)
    chmodSync(join(dir, 'qemu-system-x86_64'), 0o755)
  }
  const find = () => findAccelerator(join(dir, 'vmlinuz'), new AbortController().signal)

  it('is KVM only where the kernel boots under it, and the answer is remembered', async () => {
    qemu('Kernel panic - not syncing: VFS: Unable to mount root fs')
    expect(await knownAccelerator()).to.equal(undefined)
    expect(await find()).to.equal('kvm')
    expect(await find()).to.equal('kvm')
    expect(await knownAccelerator()).to.equal('kvm')
    expect(readFileSync(join(dir, 'boots'), 'utf8')).to.equal('boot\n')
  })

  it('is TCG where there is a device and a guest never prints a line', async () => {
    qemu('')
    expect(await find()).to.equal('tcg')
  })

  it('is proven again with another kernel', async () => {
    qemu('')
    await find()
    writeFileSync(join(dir, 'vmlinuz'), 'another')
    await find()
    expect(readFileSync(join(dir, 'boots'), 'utf8')).to.equal('boot\nboot\n')
  })

  it('gives slow machines more time', () => {
    expect(slowness('tcg')).to.be.greaterThan(slowness('kvm'))
  })
})
