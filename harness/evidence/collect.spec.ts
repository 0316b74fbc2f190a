import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { parseBundle } from './bundle.ts'

const script = readFileSync(new URL('collect.sh', import.meta.url), 'utf8')
// Its filters by themselves, on text of our own: the rest of it needs a host.
const filter = (name: 'redact' | 'hide_addresses', text: string): string => {
  const functions = script.slice(script.indexOf('redact() {'), script.indexOf('bounded() {'))
  return execFileSync('sh', ['-c', `${functions}\n${name}`], { input: text, encoding: 'utf8' })
}

describe('the collector', () => {
  it('leaves credentials out of what it quotes', () => {
    const secrets = `"registry-mirrors": ["https://bob:hunter2@mirror.example/"]
"proxies": { "http-proxy": "http://user:s3cret@proxy.example:3128" }
  "auths": { "a.example": { "auth": "Ym9iOmh1bnRlcjI=", "identitytoken": "abc123def" } }
--log-opt splunk-token=feedface
password: opensesame
API_KEY='xyzzy42'`
    const seen = filter('redact', secrets)
    for (const secret of ['hunter2', 's3cret', 'Ym9iOmh1bnRlcjI=', 'abc123def', 'feedface', 'opensesame', 'xyzzy42'])
      expect(seen).to.not.contain(secret)
    expect(seen).to.contain('mirror.example').and.contain('proxy.example:3128')
  })

  it('leaves rules, routes and settings as they are', () => {
    const plain = `-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "docker0"}}
com.docker.network.bridge.enable_ip_masquerade: false
tcp 6 431999 ESTABLISHED src=172.17.0.2 dst=203.0.113.10 sport=1 dport=80\n`
    expect(filter('redact', plain)).to.equal(plain)
  })

  it('hides public addresses if asked, each by the same one every time, and keeps private ones', () => {
    const text = `198.51.100.7 172.17.0.2 203.0.113.10 198.51.100.7 10.0.0.1 192.168.1.1 127.0.0.1 0.0.0.0
v1.8.9 6.1.0-47 224.0.0.22 link/ether 52:e1:4f:71:63:17 and 52:e1:4f:71:63:17`
    const [first, second] = filter('hide_addresses', text).split('\n')
    expect(first).to.equal('198.18.0.1 172.17.0.2 198.18.0.2 198.18.0.1 10.0.0.1 192.168.1.1 127.0.0.1 0.0.0.0')
    expect(second).to.equal('v1.8.9 6.1.0-47 224.0.0.22 link/ether 02:00:00:00:00:00 and 02:00:00:00:00:00')
  })

  it('prints a whole bundle here, and says so where it is given an option it does not know', function () {
    this.timeout(60_000)
    const dir = mkdtempSync(join(tmpdir(), 'dockfault-collect-'))
    try {
      writeFileSync(join(dir, 'collect.sh'), script)
      const bundle = execFileSync('sh', [join(dir, 'collect.sh'), '--hide-addresses'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      expect([...parseBundle(bundle).keys()]).to.include.members(['system', 'rules-native', 'routes', 'routing-rules'])
      expect(() => execFileSync('sh', [join(dir, 'collect.sh'), '--hide'], { stdio: 'pipe' })).to.throw(
        /--hide-addresses/,
      )
    } finally {
      rmSync(dir, { recursive: true })
    }
  })
})
