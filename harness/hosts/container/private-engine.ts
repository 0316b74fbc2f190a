import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheRoot } from '../../images/cache.ts'
import { LabError } from '../../lib/errors.ts'
import { adminPath } from '../../lib/programs.ts'
import { until } from '../../lib/retry.ts'
import { ownFolder } from '../own-folder.ts'
import { identify, isAlive, kill } from '../process.ts'
import { type EngineRecord, removeEngine } from './engines.ts'
import { queryDocker } from './user-engine.ts'

const script = fileURLToPath(new URL('./private-engine.sh', import.meta.url))
// testcontainers keeps one address for the whole process, so every engine uses the same link. Its path is short, because
// a socket's path is limited to 108 bytes.
let linkFolder: string | undefined
// The exit code of flock for a lock that another process holds.
const taken = 75

/** A dockerd that only this process uses. */
export interface PrivateEngine {
  readonly address: string
  isAlive(): boolean
  /** Ends dockerd and every container, and removes all but the imported images. */
  end(): Promise<void>
  /** The same without waiting, for when this process ends. */
  endNow(): void
  /** Leaves it running for `npm run down`. */
  leave(): void
}

interface StartOptions {
  keep: boolean
  signal: AbortSignal
  /** It uses this machine's network for downloads, with no bridge, firewall rule or sysctl of its own. */
  uplink?: boolean
}

/**
 * Starts a dockerd in its own network namespace. It does not touch this machine's firewall, sysctls or files. Numbered
 * state folders hold one engine at a time each, so that it finds the images of an earlier run.
 */
export async function startPrivateEngine(options: StartOptions): Promise<PrivateEngine> {
  for (let number = 0; number < 32; number++) {
    const name = options.uplink ? `uplink-${number}` : String(number)
    const engine = await startIn(join(cacheRoot(), 'engines', name), options)
    if (engine) return engine
  }
  throw new LabError('host', 'there are 32 private Docker engines already', {
    hint: 'npm run down ends those that were left over',
  })
}

async function startIn(dir: string, options: StartOptions): Promise<PrivateEngine | undefined> {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const owner = identify(process.pid)!
  const name = `${owner.pid}-${owner.start}`
  const logFile = join(dir, `${name}.log`)
  const socket = join(dir, `${name}.sock`)
  const log = openSync(logFile, 'w')
  const cgroup = `/dockfault-${name}${options.uplink ? '-uplink' : ''}`
  const network = options.uplink ? [] : ['--net']
  const namespaces = ['unshare', '--mount', '--pid', ...network, '--fork', '--kill-child=KILL', '--mount-proc', '--']
  const lock = ['flock', '--nonblock', '--no-fork', '--conflict-exit-code', String(taken), join(dir, 'lock')]
  const command = [
    // The kernel ends the engine with this process, even after kill -9. An engine with kept hosts outlives it.
    ...(options.keep ? [] : ['setpriv', '--pdeathsig', 'KILL', '--']),
    ...[...lock, ...namespaces, 'sh', script, dir, `${name}.sock`, cgroup, ...(options.uplink ? ['uplink'] : [])],
  ]
  // In its own session, so that Ctrl-C stops only the harness, which then ends the engine properly.
  const env = { ...process.env, PATH: adminPath() }
  const child = spawn(command[0]!, command.slice(1), { detached: true, stdio: ['ignore', log, log], env })
  closeSync(log)
  let exitCode: number | null | undefined
  child.on('exit', (code) => {
    exitCode = code
  })
  child.on('error', () => {
    exitCode = null
  })
  child.unref()
  const engine = child.pid === undefined ? undefined : identify(child.pid)
  if (!options.uplink) linkFolder ??= ownFolder()
  const link = options.uplink ? ownFolder() : linkFolder!
  const record: EngineRecord = {
    owner,
    engine,
    link,
    cgroup,
    kept: false,
    file: join(dir, `${name}.json`),
    logFile,
    socket,
  }
  const save = (): void => {
    // Written atomically, because another harness may read it at any moment.
    writeFileSync(`${record.file}.part`, JSON.stringify(record, undefined, 2))
    renameSync(`${record.file}.part`, record.file)
  }
  save()
  mkdirSync(link, { recursive: true, mode: 0o700 })
  rmSync(join(link, 'docker.sock'), { force: true })
  symlinkSync(socket, join(link, 'docker.sock'))

  const address = `unix://${link}/docker.sock`

  const end = async (): Promise<void> => {
    if (engine) await kill(engine)
    await removeEngine(record)
  }
  try {
    const up = await until(
      'the private Docker engine',
      async () => {
        if (exitCode !== undefined) return exitCode
        return (await queryDocker(address, 'GET', '/version')) ? ('up' as const) : undefined
      },
      { deadlineMs: 60_000, everyMs: 40, signal: options.signal },
    )
    if (up === taken) {
      await removeEngine(record)
      return undefined
    }
    if (up !== 'up') throw new LabError('host', 'the private Docker engine ended at once')
  } catch (error) {
    const words = readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n')
    await end()
    options.signal.throwIfAborted()
    throw new LabError('host', `no private Docker engine: ${words || 'no output'}`, { cause: error })
  }
  return {
    address,
    isAlive: () => engine !== undefined && isAlive(engine),
    end,
    endNow() {
      if (record.kept) return
      if (engine && isAlive(engine)) process.kill(engine.pid, 'SIGKILL')
      rmSync(link, { recursive: true, force: true })
    },
    leave() {
      record.kept = true
      save()
    },
  }
}
