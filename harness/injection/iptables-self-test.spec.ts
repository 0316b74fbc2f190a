import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { findIptables } from '../images/iptables.ts'
import { selfTestOf } from './iptables-self-test.ts'

const signal = new AbortController().signal

describe('the self-test of an iptables that was built', function () {
  this.timeout(60_000)

  for (const [version, isSound] of [
    ['1.8.11', false],
    ['1.8.11-2', true],
  ] as const)
    it(`finds ${version} ${isSound ? 'sound' : 'broken'}, without a host`, async function () {
      const file = await findIptables(version)
      // Specs build nothing, and a namespace takes root.
      if (!file || process.getuid?.() !== 0) this.skip()
      const answers = await selfTestOf(file, signal)
      expect(answers).to.be.an('object')
      expect(Object.keys(answers)).to.have.length(14)
      const wrong = Object.entries(answers).filter(([, answer]) => answer !== 'sound')
      expect(wrong.length > 0, JSON.stringify(wrong)).to.equal(!isSound)
      if (!isSound) expect(answers).to.include({ 'check-other-input': 'exit 0', 'check-same-input': 'sound' })
    })

  it('gives the reason where it could not run', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dockfault-self-test-'))
    try {
      const file = join(dir, 'no-program')
      writeFileSync(file, '#!/bin/sh\nexit 3\n')
      expect(await selfTestOf(file, signal)).to.contain('the self-test did not run')
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
