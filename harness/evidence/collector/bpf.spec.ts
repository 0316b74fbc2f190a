import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { expect } from 'chai'
import { onPath } from '../../lib/programs.ts'
import { skipped } from '../../lib/skipped.spec-data.ts'
import { compareVersions } from '../../lib/text.ts'
import { collectorSections } from '../collector.ts'
import { readBpfLinks } from '../sections/bpf-links/read.ts'
import { readTrafficControl } from '../sections/traffic-control/read.ts'

const lib = readFileSync(new URL('lib.sh', import.meta.url), 'utf8')
const attach = new URL('attach-bpf.spec-data.pl', import.meta.url).pathname

describe('a BPF program that no tool lists', function () {
  this.timeout(20_000)
  before(function () {
    const able = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'true']).status === 0
    if (!able || process.arch !== 'x64' || !onPath('perl') || !onPath('tc') || compareVersions(release(), '6.6') < 0)
      skipped(this, 'it takes root, a network namespace, perl, tc and Linux 6.6 on x86-64')
  })

  /** What a section prints in a network namespace that has such a program. */
  const collected = (section: string, ...where: string[]): string => {
    const { body } = collectorSections().find(({ name }) => name === section)!
    const script = `ip link set lo up
output=$(mktemp)
perl ${attach} ${where.join(' ')} >"$output" 2>&1 & holder=$!
for try in $(seq 100); do [ -s "$output" ] && break; sleep 0.05; done
[ "$(cat "$output")" = attached ] || { cat "$output" >&2; exit 2; }
( ${lib}\n${body} )
code=$?
kill $holder
rm -f "$output"
exit $code`
    const { status, stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`${section}: exit ${status}: ${stderr}`)
    return stdout
  }

  it('is a filter of its link where it is one of tcx', () => {
    for (const [type, where] of [
      ['46', 'ingress'],
      ['47', 'egress'],
    ] as const) {
      const [lo, ...others] = readTrafficControl(collected('traffic-control', 'tcx', '1', type))
      expect(others).to.deep.equal([])
      expect(lo).to.deep.include({ link: 'lo', filters: [{ kind: '', where, text: 'filter tcx programs 1' }] })
    }
  })

  it('is listed where it is on a hook of netfilter', () => {
    const hooks = readBpfLinks(collected('bpf-links', 'netfilter', '10', '2', '-77').split('\n'))
    expect(hooks).to.deep.include({ family: 6, hook: 2, priority: -77 })
  })

  it('is nowhere on a host that has none', () => {
    const filters = readTrafficControl(collected('traffic-control', 'netfilter', '2', '4', '9')).flatMap(
      (each) => each.filters,
    )
    expect(filters).to.deep.equal([])
    const hooks = readBpfLinks(collected('bpf-links', 'tcx', '1', '46').split('\n'))
    expect(hooks.filter(({ priority }) => priority === -77 || priority === 9)).to.deep.equal([])
  })
})
