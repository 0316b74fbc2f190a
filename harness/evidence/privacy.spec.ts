import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readBundle } from './bundle.ts'
import { assemble } from './collector.ts'

const functions = readFileSync(new URL('collector/privacy.sh', import.meta.url), 'utf8')
const redact = (text: string): string =>
  spawnSync('sh', ['-c', `${functions}\nredact`], { input: text, encoding: 'utf8' }).stdout

/** What a section prints, by way of the whole collector. */
const hidden = (...texts: string[]): string[] => {
  const sections = texts.map((text, index) => ({ name: `s${index}`, limitS: 5, body: `cat <<'END'\n${text}\nEND\n` }))
  const { stdout } = spawnSync('sh', ['-s', '--', '--hide-addresses'], {
    input: assemble(sections, 'spec'),
    encoding: 'utf8',
  })
  return [...readBundle(stdout).sections.values()].map(({ text, status }) => (status === 'ok' ? text : status))
}

describe('what the collector leaves out', function () {
  this.timeout(20_000)

  it('is credentials', () => {
    const secrets = `"registry-mirrors": ["https://bob:hunter2@mirror.example/"]
"proxies": { "http-proxy": "http://user:s3cret@proxy.example:3128" }
  "auths": { "a.example": { "auth": "Ym9iOmh1bnRlcjI=", "identitytoken": "abc123def", "token": 98127 } }
--log-opt splunk-token=feedface
password: opensesame
"msg": "said password=\\"quoted one\\" to it"
API_KEY='xyzzy42'`
    const seen = redact(secrets)
    const leaked = [
      'hunter2',
      's3cret',
      'Ym9iOmh1bnRlcjI=',
      'abc123def',
      'feedface',
      'opensesame',
      'xyzzy42',
      'quoted one',
      '98127',
    ]
    for (const secret of leaked) expect(seen).to.not.contain(secret)
    expect(seen).to.contain('mirror.example').and.contain('proxy.example:3128')
  })

  it('is not JSON’s form: a network called auth, a comment that ends in a secret', () => {
    const json = JSON.stringify({
      networks: { auth: { IPAddress: '10.0.0.2' }, 'my-token': { IPAddress: '10.0.0.3' } },
      comment: 'the password: foo',
      secret: 12,
      list: [{ token: 'a,b' }],
    })
    const seen = JSON.parse(redact(json)) as { networks: object; comment: string }
    expect(seen.networks).to.deep.equal(JSON.parse(json).networks)
    expect(JSON.stringify(seen)).to.not.match(/foo|a,b|12\b/)
  })

  it('is nothing of rules, routes and settings', () => {
    const plain = `-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
{"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "docker0"}}
com.docker.network.bridge.enable_ip_masquerade: false
tcp 6 431999 ESTABLISHED src=172.17.0.2 dst=203.0.113.10 sport=1 dport=80\n`
    expect(redact(plain)).to.equal(plain)
  })

  it('is public addresses if asked, each the same in every section; private ones stay', () => {
    const [first, second, third] = hidden(
      '203.0.113.7 172.17.0.2 198.51.100.10 203.0.113.7 10.0.0.1 192.168.1.1 127.0.0.1 0.0.0.0 128.0.0.0/1',
      'v1.8.9 6.1.0-47 224.0.0.22 link/ether 52:e1:4f:71:63:17 and 52:e1:4f:71:63:17 at 12:30:45',
      '203.0.113.0/24,203.0.113.7:443-198.51.100.10 2a01:4f8:1:2::7/64 [2a01:4f8:1:2::]:80 fd00::1 fe80::1 ::1 :: fe80::50e1:4fff:fe71:6317 2a01:4f8:1:2::7',
    )
    expect(first).to.equal(
      '198.18.0.7 172.17.0.2 198.18.1.10 198.18.0.7 10.0.0.1 192.168.1.1 127.0.0.1 0.0.0.0 128.0.0.0/1',
    )
    expect(second).to.equal('v1.8.9 6.1.0-47 224.0.0.22 link/ether 02:00:00:00:00:00 and 02:00:00:00:00:00 at 12:30:45')
    expect(third).to.equal(
      '198.18.0.0/24,198.18.0.7:443-198.18.1.10 2001:db8:0:0::1/64 [2001:db8:0:0::]:80 fd00::1 fe80::1 ::1 :: fe80::1001 2001:db8:0:0::1',
    )
  })
})
