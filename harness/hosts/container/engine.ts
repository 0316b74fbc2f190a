import type Dockerode from 'dockerode'
import { LabError } from '../../lib/errors.ts'
import { until } from '../../lib/retry.ts'
import { ensureDockerd } from './dockerd.ts'
import { type PrivateEngine, startPrivateEngine } from './private-engine.ts'
import { sweepContainers } from './sweep.ts'
import { queryDocker, queryEngine, userEngineAddress } from './user-engine.ts'

/** The Docker engine in which this process makes hosts. */
export interface Engine {
  readonly docker: Dockerode
  readonly address: string
  /** The private engine, which this process ends; undefined for the user's engine. */
  readonly own: PrivateEngine | undefined
}

interface Options {
  progress: (line: string) => void
  signal: AbortSignal
  keep?: boolean | undefined
}

let current: Promise<Engine> | undefined
let latest: Engine | undefined
let checking: Promise<void> | undefined

/** The user's engine if it answers, else a private one. All hosts of this process share it. */
export async function openEngine(options: Options): Promise<Engine> {
  // Hosts that start side by side share one check.
  checking ??= replaceLost().finally(() => {
    checking = undefined
  })
  await checking
  current ??= open(options).catch((error: unknown) => {
    current = undefined
    throw error
  })
  return current
}

async function replaceLost(): Promise<void> {
  const own = latest?.own
  if (!own || (await isWhole(own))) return
  await own.end()
  current = latest = undefined
}

/**
 * Whether a private engine can make hosts. After a crash of its containerd it starts another one, which takes a moment;
 * after a crash of dockerd the kernel ends all its processes, which takes a moment as well.
 */
const isWhole = (own: PrivateEngine): Promise<boolean> =>
  until(
    'the private Docker engine',
    async () => {
      if (!own.isAlive()) throw new LabError('interrupted', 'it has ended')
      // dockerd lists the containerd only if that one answers.
      const answer = (await queryDocker(own.address, 'GET', '/version')) as
        | { Components?: { Name: string }[] }
        | undefined
      return answer?.Components?.some(({ Name }) => Name === 'containerd') || undefined
    },
    { deadlineMs: 15_000, everyMs: 100 },
  ).then(
    () => true,
    () => false,
  )

/** Ends the private engine, if there is one; with `leave` it stays until `npm run down`. */
export async function closeEngine({ leave = false } = {}): Promise<void> {
  const engine = latest
  current = latest = undefined
  if (leave) engine?.own?.leave()
  else await engine?.own?.end()
}

async function open(options: Options): Promise<Engine> {
  await sweepContainers({ kept: false })
  const address = userEngineAddress()
  const answer = address === undefined ? undefined : await queryEngine(address)
  if (answer?.unfit) throw new LabError('missing', `the container provider ${answer.unfit}`)
  if (answer) {
    latest = { docker: await client(address!), address: address!, own: undefined }
    return latest
  }
  await ensureDockerd(options)
  options.progress('no Docker engine answers: starting a private one')
  const own = await startPrivateEngine({ keep: options.keep === true, signal: options.signal })
  try {
    const docker = await client(own.address)
    await removeDead(docker)
    latest = { docker, address: own.address, own }
    process.once('exit', () => own.endNow())
    return latest
  } catch (error) {
    await own.end()
    throw error
  }
}

/** Removes the dead containers that a private engine of an earlier process left behind. */
export async function removeDead(docker: Dockerode): Promise<void> {
  const dead = await docker.listContainers({ all: true })
  await Promise.all(dead.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })))
}

// testcontainers finds its engine once a process, from the environment.
async function client(address: string): Promise<Dockerode> {
  const { getContainerRuntimeClient } = await import('testcontainers')
  // It also searches for an address of published ports and may query a missing network. We publish none.
  const environment = { DOCKER_HOST: address, TESTCONTAINERS_HOST_OVERRIDE: 'localhost' }
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, environment)
  try {
    const { container } = await getContainerRuntimeClient()
    return (container as unknown as { dockerode: Dockerode }).dockerode
  } catch (error) {
    throw new LabError('host', `no Docker engine answers at ${address}`, { cause: error })
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  }
}
