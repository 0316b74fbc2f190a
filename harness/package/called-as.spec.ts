import { expect } from 'chai'
import { calledAs } from './called-as.ts'

describe('how a program was called', () => {
  const path = { PATH: '/usr/local/bin:/usr/bin' }

  it('is its name where the shell finds it by that', () =>
    expect(calledAs('/usr/bin/dockfault', path, '/home/a')).to.equal('dockfault'))

  it('is its path where it does not', () => {
    expect(calledAs('/opt/x/bin/dockfault', path, '/home/a')).to.equal('/opt/x/bin/dockfault')
    expect(calledAs('/opt/x/bin/dockfault', path, '/opt/x')).to.equal('bin/dockfault')
    expect(calledAs('/opt/x/bin/dockfault', path, '/opt/x/bin')).to.equal('./dockfault')
  })

  it('begins with node for a file of JavaScript', () => {
    expect(calledAs('/home/a/dockfault.js', path, '/home/a')).to.equal('node dockfault.js')
    expect(calledAs('/tmp/dockfault.js', path, '/home/a')).to.equal('node /tmp/dockfault.js')
  })

  it('is npx where npx runs it, and not what runs it', () => {
    const npx = { ...path, npm_command: 'exec', npm_lifecycle_event: 'npx' }
    expect(calledAs('/x/.npm/_npx/1/node_modules/.bin/dockfault', npx, '/')).to.equal('npx dockfault')
    expect(calledAs('/home/a/dockfault.js', npx, '/home/a')).to.equal('node dockfault.js')
  })
})
