import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** One layer of an image: a tar and its hash. */
export interface Layer {
  file: string
  sha256: string
  size: number
}

/**
 * A registry on this machine with one image, under any name: https://distribution.github.io/distribution/spec/api/
 * Without a layer it never sends its content.
 */
export async function startRegistry(layer?: Layer): Promise<AsyncDisposable & { host: string }> {
  const { file, size, ...rest } = layer ?? { file: '', size: 1, sha256: '0'.repeat(64) }
  const digest = `sha256:${rest.sha256}`
  const rootfs = { type: 'layers', diff_ids: [digest] }
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs, history: [] })
  const media = 'application/vnd.docker'
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${media}.distribution.manifest.v2+json`,
    config: { mediaType: `${media}.container.image.v1+json`, size: config.length, digest: sha256(config) },
    layers: [{ mediaType: `${media}.image.rootfs.diff.tar.gzip`, size, digest }],
  })
  const server = createServer(({ method, url = '' }, response) => {
    const send = (type: string, text: string): void => {
      const headers = { 'content-type': type, 'content-length': text.length, 'docker-content-digest': sha256(text) }
      response.writeHead(200, headers).end(method === 'HEAD' ? undefined : text)
    }
    if (url === '/v2/') response.end('{}')
    else if (url.includes('/manifests/')) send(`${media}.distribution.manifest.v2+json`, manifest)
    else if (url.endsWith(sha256(config))) send('application/octet-stream', config)
    else if (!url.endsWith(digest)) response.writeHead(404).end('{}')
    else if (layer) createReadStream(file).pipe(response.writeHead(200, { 'content-length': size }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const end = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, [Symbol.asyncDispose]: end }
}
