import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { preparation } from '../cell/preparation.ts'
import { detectors, faults } from '../faults/index.ts'
import type { Host, Provider } from '../hosts/host.ts'
import { providers } from '../hosts/index.ts'
import { LabError } from '../lib/errors.ts'
import { probes } from '../probes/index.ts'
import { tell } from '../run.ts'
import type { Cell } from '../scenario/cell.ts'
import { blank } from '../session.ts'

/** Something that is timed, side by side with others; `run` gives milliseconds by what was measured. */
export interface Contestant {
  name: string
  /** Why it cannot take part here, if it cannot. */
  absent?: string
  run?: () => Promise<Record<string, number>>
}

const firstAnswer = 'systemctl is-active docker'

/** What the benchmark compares: a prepared host and a whole cell, by each way of getting one. */
export async function contestants(cell: Cell, signal: AbortSignal): Promise<Contestant[]> {
  const all = new Map((await providers()).map((provider) => [provider.name, provider]))
  const of = (name: Provider['name'], title: string, cold: boolean): Promise<Contestant[]> =>
    ways(all.get(name)!, title, cell, { cold, signal })
  return (
    await Promise.all([
      of('qemu', 'VM, cold', true),
      of('qemu', 'VM, warm', false),
      of('container', 'container', false),
      of('vagrant', 'vagrant', false),
    ])
  ).flat()
}

async function ways(
  provider: Provider,
  title: string,
  cell: Cell,
  how: { cold: boolean; signal: AbortSignal },
): Promise<Contestant[]> {
  const absent = await provider.unavailable(cell.host)
  const names = [`${title}: host`, ...(provider.restore && !how.cold ? [`${title}: restore`] : []), `${title}: cell`]
  if (absent) return names.map((name) => ({ name, absent: `${provider.name} ${absent}` }))
  const [host, ...rest] = names
  return [
    { name: host!, run: () => withHost(provider, cell, how, async (_host, times) => times) },
    ...rest.map((name) => ({
      name,
      run: () => (name.endsWith('restore') ? restored(provider, cell, how) : whole(provider, cell, how)),
    })),
  ]
}

/** A new host: until its provider hands it out, prepared, and until it has answered its first question. */
async function withHost(
  provider: Provider,
  cell: Cell,
  { cold, signal }: { cold: boolean; signal: AbortSignal },
  use: (host: Host, times: Record<string, number>) => Promise<Record<string, number>>,
): Promise<Record<string, number>> {
  const logDir = mkdtempSync(join(tmpdir(), 'dockfault-bench-'))
  const progress = (): void => {}
  const started = performance.now()
  const prepare = preparation(cell.given, progress)
  const host = await provider.provision({ image: cell.host, logDir, progress, signal, cold, prepare })
  try {
    const up = performance.now() - started
    await ask(host)
    return await use(host, { up, 'first answer': performance.now() - started })
  } finally {
    await host[Symbol.asyncDispose]()
    rmSync(logDir, { recursive: true, force: true })
  }
}

async function ask(host: Host): Promise<void> {
  const { stdout } = await host.exec(firstAnswer)
  if (stdout.trim() !== 'active') throw new LabError('host', `docker is ${stdout.trim() || 'silent'} on ${host.name}`)
}

/** A host taken back to a kept state: until it has answered, and by how much its clock is then wrong. */
const restored = (
  provider: Provider,
  cell: Cell,
  how: { cold: boolean; signal: AbortSignal },
): Promise<Record<string, number>> =>
  withHost(provider, cell, how, async (host) => {
    await provider.snapshot!(host, 'bench')
    const started = performance.now()
    await provider.restore!(host, 'bench')
    const back = performance.now() - started
    await ask(host)
    const answered = performance.now() - started
    const before = Date.now()
    const { stdout } = await host.exec('date +%s%3N')
    // Somewhere in the round trip: what is beyond either end of it is skew.
    const skew = Math.max(0, before - Number(stdout), Number(stdout) - Date.now())
    return { up: back, 'first answer': answered, 'clock skew': skew }
  })

/** A whole cell, healthy host and all its probes; and how much of it was not spent waiting for the host. */
async function whole(
  provider: Provider,
  cell: Cell,
  { cold, signal }: { cold: boolean; signal: AbortSignal },
): Promise<Record<string, number>> {
  const logDir = mkdtempSync(join(tmpdir(), 'dockfault-bench-'))
  const started = performance.now()
  const before = process.cpuUsage()
  const lab = { provider, faults, detectors, probes, logDir, signal, progress: () => {}, cold }
  const record = blank(cell, provider.name, '')
  for await (const _ of tell(cell, lab, record));
  const { user, system } = process.cpuUsage(before)
  rmSync(logDir, { recursive: true, force: true })
  if (record.verdict !== 'passed') throw new LabError('host', `${cell.name} on ${provider.name}: ${record.reason}`)
  return { whole: performance.now() - started, 'harness’s own': (user + system) / 1000 }
}
