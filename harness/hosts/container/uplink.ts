import { existsSync } from 'node:fs'
import type Dockerode from 'dockerode'
import { LabError } from '../../lib/errors.ts'
import { type Engine, removeDead } from './engine.ts'
import { startPrivateEngine } from './private-engine.ts'

/** An engine with access to registries, and the network through which its containers get packages. */
export interface Uplink extends AsyncDisposable {
  docker: Dockerode
  network: 'bridge' | 'host'
  /** A private engine keeps pulled images until `npm run down`; the user's engine stays as it was. */
  keeps: boolean
}

/**
 * Why no private engine may use this machine's network; undefined where one may. A dockerd without a bridge removes any
 * docker0 (`removeDefaultBridgeInterface` in moby's daemon_unix.go), which would belong to another engine.
 */
export const noUplink = (docker0 = '/sys/class/net/docker0'): string | undefined =>
  existsSync(docker0)
    ? 'finds the docker0 of a Docker engine that does not answer, and can only pull with that engine (sudo systemctl start docker)'
    : undefined

/** The user's engine; instead of a private one, which has no network, a second one that uses this machine's network. */
export async function openUplink(
  engine: Engine,
  options: { report: (line: string) => void; signal: AbortSignal },
): Promise<Uplink> {
  if (!engine.own)
    return { docker: engine.docker, network: 'bridge', keeps: false, [Symbol.asyncDispose]: async () => undefined }
  const without = noUplink()
  if (without) throw new LabError('missing', `the container provider ${without}`)
  options.report('starting a private engine with network')
  const own = await startPrivateEngine({ keep: false, uplink: true, signal: options.signal })
  // testcontainers supports one engine a process, so another client is made from its class.
  const Client = engine.docker.constructor as new (options: { socketPath: string }) => Dockerode
  const docker = new Client({ socketPath: own.address.slice('unix://'.length) })
  await removeDead(docker)
  return { docker, network: 'host', keeps: true, [Symbol.asyncDispose]: () => own.end() }
}
