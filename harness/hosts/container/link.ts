import { PassThrough } from 'node:stream'
import { finished } from 'node:stream/promises'
import type Dockerode from 'dockerode'
import { type Link, lastWords } from '../guest/link.ts'

/**
 * A connection to a command in a container, through the engine. Rejects where the engine cannot start it. Each call of the
 * engine starts several processes of its own, so one command runs all scripts of a host.
 */
export async function linkInto(container: Dockerode.Container, command: readonly string[]): Promise<Link> {
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  })
  const stream = await exec.start({ hijack: true, stdin: true })
  const [output, errors] = [new PassThrough(), new PassThrough()]
  container.modem.demuxStream(stream, output, errors)
  errors.on('error', () => undefined)
  const words = lastWords(errors)
  const gone = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve())
  })
    .then(() => finished(errors.end()).catch(() => undefined))
    .then(words)
  return { input: stream, output, gone, close: () => void stream.destroy() }
}
