import { expect } from 'chai'
import type { LabError } from '../../lib/errors.ts'
import type { Guest } from './guest.ts'
import { awaitSettled } from './settled.ts'

const oops =
  '[   27.197848] BUG: kernel NULL pointer dereference, address: 000000000000003d\r\n[   27.198898] Oops: Oops: 0000 [#1]'
const lockup =
  '[  300.1] watchdog: BUG: soft lockup - CPU#0 stuck for 22s!\n[  310.2] BUG: workqueue lockup - pool cpus=0'

/** How the wait ends at a hundredth of all times. systemd gives these answers in turn, then always the last. */
async function outcome(answers: string[], consoleText: string): Promise<string> {
  const guest = {
    exec: async () => ({ stdout: answers.length > 1 ? answers.shift() : answers[0] }),
  } as unknown as Guest
  const options = { slow: 0.01, signal: new AbortController().signal, console: async () => consoleText }
  return awaitSettled(guest, options).then(
    () => 'settled',
    (error: LabError) => error.message,
  )
}

describe('a boot that is waited for', () => {
  it('ends early where the kernel has failed, with its words', async () => {
    expect(await outcome(['starting'], oops)).to.match(
      /^the kernel of the host failed .*: BUG: kernel NULL pointer deref.*3d$/,
    )
  })

  it('goes on where systemd settles all the same', async () => {
    expect(await outcome(['degraded'], oops)).to.equal('settled')
    expect(await outcome(['', 'starting', 'maintenance'], '')).to.equal('settled')
  })

  it('is not given up for a lockup, which slow processors have', async () => {
    expect(await outcome(['starting'], lockup)).to.equal('waited 1 s for systemd to settle')
  })
})
