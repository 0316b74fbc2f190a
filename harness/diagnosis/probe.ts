import type { Host } from '../hosts/host.ts'
import { LabError } from '../lib/errors.ts'
import { probeImage } from '../probes/probe-containers.ts'
import type { Target } from '../trace/flow.ts'

export interface HostProbe {
  check: string
  answered: boolean
  message: string
}

/**
 * Tests a host's network from a container that it starts and removes again. If the host has no image, it loads the one
 * that `probeArchive` gives in base64, and removes that too. Throws LabError `probe` if it has no image or no container.
 */
export async function probeHost(
  host: Pick<Host, 'name' | 'exec'>,
  { address, port, protocol }: Target,
  probeArchive?: () => Promise<string>,
): Promise<HostProbe[]> {
  // Without the lab's own image, the one that most hosts have or can pull.
  const images = probeArchive ? [probeImage] : [probeImage, 'busybox']
  const inspected = await host.exec(
    `for image in ${images.join(' ')}; do docker image inspect $image >/dev/null 2>&1 && { echo $image; break; }; done`,
  )
  const found = inspected.stdout.trim()
  if (found === '' && !probeArchive)
    throw new LabError('probe', `${host.name} has no image to probe from`, {
      hint: 'run `docker pull busybox` on that host, then try again',
    })
  const image = found === '' ? await probeArchive!() : ''
  const used = found || probeImage
  const load = image === '' ? '' : 'base64 -d | docker load -q >/dev/null || exit 9\nloaded=1\nexec </dev/null'
  const connect = protocol === 'icmp' ? `ping -c 1 -W 4 ${address}` : `nc -w 4 ${address} ${port} </dev/null`
  const script = `
name=dockfault-probe-$$ loaded=
end() { docker rm -f "$name" >/dev/null 2>&1; [ -z "$loaded" ] || docker rmi ${used} >/dev/null 2>&1; }
trap end EXIT
trap 'exit 143' HUP INT TERM
${load}
docker run -d --init --name "$name" -p 127.0.0.1::80 ${used} sh -c 'echo container >/tmp/index.html; exec httpd -f -p 80 -h /tmp' >/dev/null 2>/tmp/$name.err || { echo "start 1 $(tail -c 300 /tmp/$name.err | tr '\\n' ' ')"; rm -f /tmp/$name.err; exit 0; }
rm -f /tmp/$name.err
echo 'start 0'
ask() { what=$1; shift; says=$("$@" 2>&1); echo "$what $? $(echo "$says" | tail -n 1 | tail -c 200)"; }
ask gateway docker exec "$name" timeout 5 sh -c 'ping -c 1 -W 4 $(ip route | sed -n "s/^default via \\([0-9.]*\\).*/\\1/p")'
ask target docker exec "$name" timeout 6 ${connect}
# Nobody has this name, so a denial proves that a server answered. Source: RFC 6761, section 6.4.
ask names docker exec "$name" sh -c 'timeout 6 nslookup -type=a dockfault.invalid 2>&1 | grep -iE "nxdomain|find|refused"'
ask published timeout 6 sh -c "port=\\$(docker port $name 80 | head -n 1 | sed 's/.*://'); { command -v curl >/dev/null && curl -sS --noproxy '*' -m 5 http://127.0.0.1:\\$port/; } || wget -q -T 5 -O - http://127.0.0.1:\\$port/"
`
  const { stdout, stderr, code } = await host.exec(script, { deadlineMs: 90_000, input: image })
  if (code !== 0 && !stdout.includes('start'))
    throw new LabError('probe', `the probe container could not be started on ${host.name}`, {
      facts: { code, stderr: stderr.slice(-500) },
    })
  const checks: Record<string, string> = {
    start: 'a container starts on the default bridge with a published port',
    gateway: 'a container gets an answer from its gateway',
    target: `a container gets an answer from ${address}${port ? `:${port}` : ''}`,
    names: 'a container’s name server answers',
    published: 'a published port answers on loopback',
  }
  return stdout.split('\n').flatMap((line) => {
    const [, what, exit, message = ''] = line.match(/^([a-z]+) (\d+) ?(.*)$/) ?? []
    return what && checks[what] ? [{ check: checks[what], answered: exit === '0', message }] : []
  })
}
