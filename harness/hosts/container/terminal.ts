import { once } from 'node:events'
import type Dockerode from 'dockerode'

/** Connects this terminal to a root shell in a container. Resolves when the shell ends. */
export async function joinShell(container: Dockerode.Container): Promise<void> {
  const { stdin, stdout } = process
  const exec = await container.exec({
    Cmd: ['sh', '-c', 'cd; exec bash -l || exec sh -l'],
    Env: [`TERM=${process.env.TERM ?? 'linux'}`, 'HOME=/root'],
    Tty: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
  })
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true })
  const follow = (): void => {
    if (stdout.isTTY) void exec.resize({ h: stdout.rows, w: stdout.columns }).catch(() => undefined)
  }
  stream.on('error', () => stream.destroy())
  stream.pipe(stdout, { end: false })
  process.stderr.write('root shell on the host; leave it with `exit` or Ctrl-D\n')
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.pipe(stream)
  stdin.resume()
  stdout.on('resize', follow)
  follow()
  try {
    await once(stream, 'close')
  } finally {
    stdin.unpipe(stream)
    stdin.pause()
    stdout.off('resize', follow)
    if (stdin.isTTY) stdin.setRawMode(false)
  }
}
