import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readHaltedProcesses } from './read.ts'

const section = readFileSync(new URL('collect.sh', import.meta.url), 'utf8')
const id = 'a1'.repeat(32)

describe('processes that do not run', () => {
  it('are those that a signal has stopped, until it lets them go on', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const found = (): string[] => {
      const { stdout } = spawnSync('sh', ['-c', section], { encoding: 'utf8' })
      return readHaltedProcesses(stdout.split('\n').filter(Boolean))
        .filter(({ pid }) => pid === child.pid)
        .map(({ by, container, name }) => [by, container, name].join(' '))
    }
    expect(found()).to.deep.equal([])
    child.kill('SIGSTOP')
    const shown = found()
    child.kill('SIGCONT')
    expect(found()).to.deep.equal([])
    child.kill('SIGKILL')
    expect(shown).to.deep.equal(['signal  sleep'])
  })

  it('have their container, their unit and any name', () => {
    const lines = [`process 7 signal ${id} docker-${id}.scope my (odd) T name`, 'process 8 freezer - ssh.service sshd']
    expect(readHaltedProcesses(lines)).to.deep.equal([
      { pid: 7, by: 'signal', container: id, unit: `docker-${id}.scope`, name: 'my (odd) T name' },
      { pid: 8, by: 'freezer', container: '', unit: 'ssh.service', name: 'sshd' },
    ])
    expect(() => readHaltedProcesses(['process 8 asleep - - sshd'])).to.throw('not a process')
  })
})
