import { confusion } from './confusion.ts'
import type { ClaimRecord } from './detector-record.ts'
import type { CellRecord, RunRecord } from './record.ts'
import { sampleRun, stage } from './sample.spec-data.ts'
import { scores } from './scores.ts'

/** The same run, but the host did not break as expected and a fix that should cure did not. */
export const sampleFailed = (): RunRecord =>
  sampleRun((cell) => {
    cell.verdict = 'failed'
    cell.reason = 'stage `broken`: 2 probes and the journal are not as the scenario expects'
    for (const probe of cell.probes)
      if (probe.stage === 'broken' && ['host-network', 'new-network'].includes(probe.name)) {
        probe.observed = probe.name === 'new-network' ? 'error' : 'pass'
        probe.detail =
          probe.name === 'new-network' ? 'exit 139: Segmentation fault' : 'HTTP/1.0 200 OK · dockfault outside'
      }
    const broken = cell.stages.find(({ name }) => name === 'broken')!
    broken.verdict = 'failed'
    broken.summary = '17 of 19 probes differ from the healthy host'
    broken.mismatches = [
      'probe host-network: expected fail, saw pass',
      'probe new-network: expected fail, saw error (exit 139: Segmentation fault)',
      'journal: expected “CHAIN_ADD failed (No such file or directory): chain POSTROUTING”, saw no such line',
    ]
    delete broken.journal![1]!.seen
    const reinstall = cell.fixes.find(({ name }) => name === 'reinstall-running-kernel')!
    reinstall.observed = 'partial'
    reinstall.ladder = { 'docker-restart': 'partial', reboot: 'error' }
    const tried = cell.stages.find(({ name }) => name === 'fix:reinstall-running-kernel')!
    tried.verdict = 'failed'
    tried.summary = 'reinstall-running-kernel is partial, not cures'
    tried.mismatches = ['fix reinstall-running-kernel: expected cures, saw partial']
    for (const probe of cell.probes)
      if (probe.stage === 'fix:reinstall-running-kernel' && probe.name.startsWith('user-')) {
        probe.observed = 'fail'
        probe.detail = 'exit 1: nc: timed out'
      }
    const named = cell.diagnoses.find(({ stage }) => stage === 'fix:reinstall-running-kernel')!
    named.named = ['rules-flushed']
  })

/** Cells of several hosts in one run: passed, failed, broken, skipped. */
export function sampleMatrix(): RunRecord {
  const rename = (run: RunRecord, host: string, scenario: string, variant?: string): CellRecord => {
    const [cell] = run.cells
    const name = [host, scenario, variant].filter(Boolean).join('-')
    return { ...cell!, name, host, scenario, ...(variant ? { variant } : {}), command: `npm run scenario ${name}` }
  }
  const healthy = sampleRun((cell) => {
    cell.title = 'A healthy host, on which no detector may name a cause'
    cell.stages = cell.stages.slice(0, 2)
    cell.probes = cell.probes.filter(({ stage }) => stage === 'healthy')
    cell.diagnoses = cell.diagnoses.slice(0, 1)
    cell.fixes = []
    cell.rulesets = []
    cell.durationMs = 118_000
    delete cell.facts.after
    delete cell.source
  })
  const broken = sampleRun((cell) => {
    cell.verdict = 'broken'
    cell.reason = 'stage `provision`: the VM did not answer within 8 min'
    cell.facts = { kernel: '', bootId: '', os: '', docker: '', iptables: '', alternative: '' }
    cell.stages = [
      stage('provision', 480, 'the VM did not answer within 8 min', {
        verdict: 'broken',
        mismatches: ['expected the guest agent to answer, saw nothing after GRUB'],
      }),
    ]
    cell.probes = cell.diagnoses = cell.fixes = cell.rulesets = []
    cell.durationMs = 480_000
  })
  const skipped = sampleRun((cell) => {
    cell.verdict = 'skipped'
    cell.reason = 'no provider on this machine has own-kernel and reboot'
    cell.facts = { kernel: '', bootId: '', os: '', docker: '', iptables: '', alternative: '' }
    cell.stages = cell.probes = cell.diagnoses = cell.fixes = cell.rulesets = []
    cell.durationMs = 0
  })
  const cells = [
    rename(healthy, 'debian12', 'healthy'),
    rename(healthy, 'debian13', 'healthy'),
    rename(sampleRun(), 'debian12', 'stale-kernel'),
    rename(sampleFailed(), 'debian13', 'stale-kernel'),
    rename(sampleRun(), 'debian12', 'stale-kernel', 'module-missing'),
    rename(broken, 'debian13', 'stale-kernel', 'module-missing'),
    rename(skipped, 'centos-stream9', 'stale-kernel'),
  ]
  const matrix = confusion(cells, ['stale-kernel', 'rules-flushed'])
  return {
    ...sampleRun(),
    verdict: 'failed',
    durationMs: 2_411_000,
    command: 'npm run matrix',
    cells,
    confusion: matrix,
  }
}

/** The same run with the claims of a write-up. */
export function sampleClaims(): RunRecord {
  const claim = (id: string, verdict: ClaimRecord['verdict'], words: string, evidence: string[], note?: string) => {
    return { id: `000-${id}`, claim: words, source: '000', verdict, evidence, ...(note && { note }) }
  }
  const everywhere = (what: string) => ['debian12', 'debian13'].map((host) => `${host}-stale-kernel, ${what}`)
  const claims = [
    claim('reboot', 'confirmed', 'A reboot cures.', everywhere('reboot: cures')),
    claim('all-fail', 'narrowed', 'Nothing works.', everywhere('broken, egress-udp: fail'), 'Only isolation does.'),
    claim('legacy', 'untested', 'The legacy tables fail as well.', ['*-legacy did not run']),
  ]
  return { ...sampleRun(), claims }
}

/** The run of several cells with two outside detectors, one of which crashed on broken hosts. */
export function sampleScores(): RunRecord {
  const run = sampleMatrix()
  for (const cell of run.cells)
    cell.outside = cell.diagnoses
      .filter(({ stage }) => !stage.startsWith('fix:'))
      .flatMap(({ stage }) => [
        {
          detector: 'naive',
          stage,
          status: 'answer',
          named: stage === 'broken' ? ['sick'] : [],
          durationMs: 900,
          detail: '',
        },
        {
          detector: 'modules',
          stage,
          status: stage === 'broken' ? 'error' : 'answer',
          named: stage === 'latent' ? ['stale-kernel'] : [],
          durationMs: 40,
          detail: 'exit 139',
        },
      ])
  const outside = [
    { name: 'naive', title: 'A ping' },
    { name: 'modules', title: 'A check of modules' },
  ]
  return { ...run, scores: scores(run.cells, outside) }
}

/** What a hostile host may print: markup, escape sequences, control and reordering characters. */
export const hostile =
  '<script>window.pwned = 1</script><img src=x onerror="window.pwned = 2">"\' onmouseover=\'window.pwned=3\' ' +
  '</style><style>body{display:none}</style>]]><!-- & \x1b[31mred\x1b[0m\x1b]8;;http://evil.test\x07link\x07 \x00\x08\u202egpj.exe\u2066 ￾\ud800'

/** A run in which every text that can come from a host is hostile. */
export const sampleHostile = (): RunRecord => {
  const claims = sampleClaims().claims!
  for (const claim of claims)
    Object.assign(claim, { claim: hostile, note: hostile, evidence: [hostile, ...claim.evidence] })
  const score = { ...sampleScores().scores![1]!, detector: hostile, title: hostile, skipped: { [hostile]: 1 } }
  return {
    ...hostileRun(),
    claims,
    scores: [score, { ...score, rows: [{ ...score.rows[0]!, there: hostile, named: { [hostile]: 1 } }] }],
  }
}

const hostileRun = (): RunRecord =>
  sampleRun((cell) => {
    const long = `${hostile} ${'A'.repeat(2_000_000)}`
    cell.title = cell.reason = hostile
    for (const key of ['kernel', 'bootId', 'os', 'docker', 'iptables', 'alternative'] as const)
      cell.facts[key] = hostile
    for (const probe of cell.probes) probe.detail = hostile
    cell.probes[0]!.detail = long
    for (const stage of cell.stages) stage.summary = hostile
    cell.stages[4]!.verdict = 'failed'
    cell.stages[4]!.mismatches = [hostile, long, ...Array.from({ length: 5000 }, (_, i) => `line ${i}`)]
    cell.stages[4]!.journal = [{ expected: hostile, seen: long }]
    for (const { detail } of cell.diagnoses)
      for (const diagnosis of detail) {
        diagnosis.cause = diagnosis.summary = hostile
        diagnosis.evidence = [{ from: hostile, line: long }]
        diagnosis.nonFixes = [{ name: hostile, why: hostile }]
      }
    for (const fix of cell.fixes) {
      fix.name = fix.title = fix.detail = hostile
      fix.steps = [hostile, long]
      fix.ladder = { [hostile]: 'error' }
    }
    cell.rulesets = [{ stage: hostile, removed: [hostile, long], added: Array.from({ length: 5000 }, () => hostile) }]
    cell.verdict = 'failed'
  })
