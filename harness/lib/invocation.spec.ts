import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { invocation } from './invocation.ts'

describe('an invocation', () => {
  it('is npm’s in a clone, with two dashes before the first option', () => {
    expect(invocation('run', '<cell>')).to.equal('npm run scenario <cell>')
    expect(invocation('fix', 'x', '--apply', '--use', 'y')).to.equal('npm run fix x -- --apply --use y')
    expect(invocation('diagnose')).to.equal('npm run diagnose')
    expect(invocation('collect', '--script')).to.equal('npm run -s collect -- --script')
  })

  it('names the program where it was called by its own name', () => {
    // In its own process, because the word holds for the whole process.
    const module = new URL('./invocation.ts', import.meta.url).href
    const script = `import { callAs, invocation } from '${module}'
callAs('npx dockfault')
console.log(invocation('run', 'x'), invocation('fix', 'x', '--apply'))`
    const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    })
    expect(stdout).to.equal('npx dockfault run x npx dockfault fix x --apply\n')
  })
})
