import type { RunRecord } from './record.ts'
import { sampleLarge } from './sample-large.spec-data.ts'
import { sampleClaims, sampleFailed, sampleScores } from './sample-variants.spec-data.ts'

/** A run of one failed cell with every part that a record can have. */
export function sampleWhole(): RunRecord {
  const run = sampleFailed()
  const [cell] = run.cells
  const { scores, cells } = sampleScores()
  const large = sampleLarge(4)
  const where = { file: 'scenarios/stale-kernel.yaml', line: 12 }
  Object.assign(cell!, {
    variant: 'purged',
    where,
    outside: cells.flatMap(({ outside = [] }) => outside).slice(0, 3),
    traces: large.cells.flatMap(({ traces = [] }) => traces),
    varied: { 'userland-proxy': 'false' },
    attempts: [{ verdict: 'broken', reason: 'stage `provision`: the VM did not answer', durationMs: 480_000 }],
    knownIssue: { pattern: 'debian12-*', tracker: 'https://example.test/1', until: '2030-01-01', where },
  })
  for (const diagnosis of cell!.diagnoses) {
    diagnosis.verdict = { expected: 'sick', seen: 'unknown' }
    diagnosis.unexplained = ['egress from `default`: dropped by `-A FORWARD -j DROP`']
  }
  return {
    ...run,
    claims: sampleClaims().claims!,
    scores: scores!,
    confusion: large.confusion!,
    missing: ['debian13-stale-kernel'],
    mergedFrom: ['20260114-0931-7f3b'],
  }
}
