import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { skipped } from '../lib/skipped.spec-data.ts'
import { toolCompletion } from './completion.ts'
import { shells } from './completion-script.ts'
import type { Declaration } from './declaration.ts'
import { declarations } from './declarations.ts'

const all: [string, Declaration][] = Object.entries(declarations)
const ofTool = all.filter(([, { tool }]) => tool)

/** What bash would offer for words of a command line, the last of them unfinished. */
function offered(...words: string[]): string[] {
  const script = `${toolCompletion('bash')}
compopt() { echo "(files)"; }
COMP_WORDS=(dockfault ${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length}
_dockfault
printf '%s\\n' "\${COMPREPLY[@]}"`
  return spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim().split('\n')
}

describe('the completion', () => {
  it('offers the commands of the package in bash, and none of the lab’s', () => {
    expect(offered('')).to.include.members(['diagnose', 'fix', 'collect', 'completion', '--version'])
    expect(offered('')).to.not.include('matrix')
    expect(offered('di')).to.deep.equal(['diagnose'])
  })

  it('offers a command’s options, its operands and files in bash', () => {
    expect(offered('diagnose', '--b')).to.deep.equal(['--bundle'])
    expect(offered('diagnose', '--bundle', 'x')).to.include('(files)')
    expect(offered('fix', 'stale-k')).to.deep.equal(['stale-kernel'])
    expect(offered('completion', 'z')).to.deep.equal(['zsh'])
  })

  for (const shell of shells)
    it(`names every option of the package for ${shell}`, () => {
      const text = toolCompletion(shell)
      const options = ofTool.flatMap(([, { options }]) => Object.keys(options))
      expect(options).to.have.length.at.least(14)
      for (const option of options) expect(text).to.contain(shell === 'fish' ? `-l ${option} ` : `--${option}`)
    })

  for (const shell of shells)
    it(`is understood by ${shell}`, function () {
      const { error, status, stderr } = spawnSync(shell, ['-n'], { input: toolCompletion(shell), encoding: 'utf8' })
      if (error) skipped(this, `${shell} is not installed`)
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' })
    })
})
