import { existsSync } from 'node:fs'
import type Dockerode from 'dockerode'
import { LabError } from '../../lib/errors.ts'
import { type Engine, removeDead } from './engine.ts'
import { startPrivateEngine } from './private-engine.ts'

/** An engine that reaches registries, and the network by which its containers reach package mirrors. */
export interface Uplink extends AsyncDisposable {
  docker: Dockerode
  network: 'bridge' | 'host'
  /** It is ours, and keeps what it has pulled until `npm run down`; the user's is left as it was. */
  keeps: boolean
}

/**
 * Why no private engine may have this machine's network, if so: dockerd without a bridge of its own removes a docker0
 * that it finds (`removeDefaultBridgeInterface` in moby's daemon_unix.go), and that one is another engine's.
 */
export const noUplink = (docker0 = '/sys/class/net/docker0'): string | undefined =>
  existsSync(docker0)
    ? 'finds a docker0 of a Docker engine that does not answer, and pulls by that one alone (sudo systemctl start docker)'
    : undefined

/** The user's engine itself; beside a private one, which has no network, a second that has the machine's. */
export async function openUplink(
  engine: Engine,
  options: { say: (line: string) => void; signal: AbortSignal },
): Promise<Uplink> {
  if (!engine.own)
    return { docker: engine.docker, network: 'bridge', keeps: false, [Symbol.asyncDispose]: async () => undefined }
  const without = noUplink()
  if (without) throw new LabError('missing', `the container provider ${without}`)
  options.say('starting a private engine that has a network')
  const own = await startPrivateEngine({ keep: false, uplink: true, signal: options.signal })
  // testcontainers knows one engine in the life of a process, so that its client is asked for another of its kind.
  const Client = engine.docker.constructor as new (options: { socketPath: string }) => Dockerode
  const docker = new Client({ socketPath: own.address.slice('unix://'.length) })
  await removeDead(docker)
  return { docker, network: 'host', keeps: true, [Symbol.asyncDispose]: () => own.end() }
}
