import { existsSync } from 'node:fs'
import { request } from 'node:http'

const defaultSocket = '/var/run/docker.sock'

/** Where the user's Docker engine is said to be, as testcontainers reads it; undefined when nowhere. */
export const userEngineAddress = (): string | undefined =>
  process.env['DOCKER_HOST'] || (existsSync(defaultSocket) ? `unix://${defaultSocket}` : undefined)

/** An engine that answers, and why it cannot make hosts, if so. */
export interface Answer {
  unfit: string | undefined
}

/**
 * Asks the engine at an address what it is; undefined when none answers. An address that is no socket is believed:
 * testcontainers knows how to reach it, and says so when it cannot.
 */
export async function askEngine(address: string): Promise<Answer | undefined> {
  if (!address.startsWith('unix://')) return { unfit: undefined }
  const info = await get(address.slice('unix://'.length), '/info')
  if (!info) return undefined
  const security = ((info['SecurityOptions'] as string[] | null) ?? []).join(' ')
  if (info['OSType'] !== 'linux') return { unfit: `the Docker engine runs ${info['OSType']} containers` }
  if (/name=rootless/.test(security)) return { unfit: 'the Docker engine is rootless: a nested dockerd needs a real root' }
  if (/name=userns/.test(security)) return { unfit: 'the Docker engine remaps users: a nested dockerd needs a real root' }
  return { unfit: undefined }
}

/** Whether an engine is there and listens. */
export const pings = async (socketPath: string): Promise<boolean> => (await get(socketPath, '/version')) !== undefined

function get(socketPath: string, path: string): Promise<Record<string, unknown> | undefined> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, timeout: 5000, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => {
        try {
          resolve(response.statusCode === 200 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : undefined)
        } catch {
          resolve(undefined)
        }
      })
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}
