import { confusion } from './confusion.ts'
import type { CellRecord, RunRecord, TraceRecord } from './record.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sampleClaims, sampleMatrix } from './sample-variants.spec-data.ts'

const steps = ['container', 'bridge', 'prerouting', 'routing', 'forward', 'postrouting', 'uplink', 'outside'] as const
const hosts = ['debian12', 'debian13', 'debian-testing', 'centos-stream9', 'container']

/** A traced packet at one stage: out and back, or dropped at the FORWARD hook. */
const traceAt = (stage: string, from: TraceRecord['from'], dead: boolean): TraceRecord => {
  const bridge = from === 'default' ? 'docker0' : 'br-user'
  const ruleIn = (hook: 'forward' | 'postrouting', verdict: 'accept' | 'drop' | 'translate') => ({
    hook,
    backend: 'nft' as const,
    table: hook === 'forward' ? 'ip filter' : 'ip nat',
    chain: hook.toUpperCase(),
    rule: `-A ${hook.toUpperCase()} -i ${bridge} ! -o ${bridge} -j ${verdict.toUpperCase()}`,
    verdict,
    owner: { who: 'Docker', by: 'its chain names' },
  })
  const out = steps.map((location, i) => ({
    way: 'out' as const,
    location,
    state: dead && i >= 4 ? (i === 4 ? ('dead' as const) : ('unreached' as const)) : ('passed' as const),
    message: dead && i >= 4 ? (i === 4 ? 'dropped' : '') : i === 0 ? 'sent at 172.17.0.2' : 'let through',
    rules: location === 'forward' ? [ruleIn('forward', dead ? 'drop' : 'accept')] : [],
  }))
  const back = (['prerouting', 'routing', 'forward', 'container'] as const).map((location) => ({
    way: 'back' as const,
    location,
    state: dead ? ('unreached' as const) : ('passed' as const),
    message: dead ? '' : 'let through',
    rules: !dead && location === 'forward' ? [ruleIn('forward', 'accept')] : [],
  }))
  return {
    stage,
    from,
    flow: {
      container: `probe-${from}`,
      network: from,
      bridge,
      source: '172.17.0.2',
      address: '203.0.113.10',
      port: 80,
      protocol: 'tcp',
    },
    by: 'packets',
    end: dead ? 'dropped' : 'answered',
    ...(dead && { at: { way: 'out', location: 'forward' }, terminatingRule: ruleIn('forward', 'drop') }),
    summary: dead ? 'dropped at the forward hook by Docker’s rule' : 'answered from outside',
    stations: [...out, ...back],
  }
}

/** A run of `many` cells of all kinds and verdicts, most of them passed, with the traces and claims of a real one. */
export function sampleLarge(many = 200): RunRecord {
  const kinds = sampleMatrix().cells
  const [healthy, , cured, failed, missing, broken, skipped] = kinds as [CellRecord, ...CellRecord[]]
  // Of forty cells two failed, one broke and one was skipped: a bad but realistic run.
  const kindOf = (i: number): CellRecord => {
    if (i % 20 === 7) return failed!
    if (i % 40 === 11) return broken!
    if (i % 40 === 13) return skipped!
    return [healthy, cured!, missing!, cured!][i % 4]!
  }
  const cells = Array.from({ length: many }, (_, i) => numbered(kindOf(i), i))
  const causes = ['stale-kernel', 'rules-flushed']
  return {
    ...sampleRun(),
    verdict: 'failed',
    command: 'npm run matrix',
    cells,
    claims: sampleClaims().claims!,
    confusion: confusion(cells, causes),
  }
}

function numbered(kind: CellRecord, i: number): CellRecord {
  const cell = structuredClone(kind)
  cell.host = hosts[i % hosts.length]!
  cell.variant = `variant-${Math.floor(i / hosts.length)}`
  cell.name = `${cell.host}-${cell.scenario}-${cell.variant}`
  cell.command = `npm run scenario ${cell.name}`
  // No two hosts are equally fast, and each prints its own numbers.
  for (const [n, probe] of cell.probes.entries()) {
    probe.durationMs = 150 + ((n * 131 + i * 17) % 1700)
    if (probe.name.endsWith('icmp')) probe.detail += ` · round-trip min/avg/max = ${n}.${i}/${n}.${i}/${n}.${i} ms`
    if (probe.name === 'new-network') probe.detail += ` ${i}`
  }
  if (cell.stages.length > 1)
    cell.traces = ['healthy', 'latent', 'broken'].flatMap((stage) =>
      (['default', 'user'] as const).map((from) => traceAt(stage, from, stage === 'broken' && i % 4 !== 0)),
    )
  return cell
}
