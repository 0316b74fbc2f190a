import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { ContainerHost } from './hosts/container/container-host.ts'
import type { Host } from './hosts/host.ts'
import { QemuHost } from './hosts/qemu/qemu-host.ts'
import { LabError } from './lib/errors.ts'
import { equip } from './scoring/equip.ts'

const sshd = '/usr/sbin/sshd -i -f /run/lab/sshd_config'

/**
 * Makes a host without a network available to OpenSSH: each connection starts an sshd, on the streams of the engine's
 * `exec` or on the second console of a VM. The login is an ordinary user with sudo. Gives the options for dockfault;
 * undefined if the host has no such way in.
 */
export async function sshInto(host: Host, image: string, scratch: string): Promise<string[] | undefined> {
  const door = doorOf(host)
  if (!door) return undefined
  const adapter = { name: 'ssh', needs: [], packages: ['openssh-server', 'sudo'], programs: ['sshd', 'sudo'] }
  const options = { progress: () => {}, signal: new AbortController().signal }
  const lacking = await equip(host, image, [adapter as never], options)
  if (lacking.size > 0) throw new LabError('missing', [...lacking.values()].join())

  const name = `dockfault-${randomBytes(4).toString('hex')}`
  const key = join(scratch, `${name}.key`)
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const { stdout: known } = await execa('cat', [`${key}.pub`])
  await host.put('/run/lab/authorized', known)
  await host.put(
    '/run/lab/sshd_config',
    'HostKey /run/lab/host-key\nAuthorizedKeysFile /run/lab/authorized\nStrictModes no\nUsePAM no\nPidFile none\n',
  )
  const made = await host.exec(`set -e
# Not every host has useradd: a newer Debian leaves it out of its smallest set.
account() {
    grep -q "^$1:" /etc/passwd && return
    echo "$1:x:$2:$2::$3:$4" >>/etc/passwd
    echo "$1:x:$2:" >>/etc/group
    echo "$1:*:20000:0:99999:7:::" >>/etc/shadow
    mkdir -p "$3" && chown "$2:$2" "$3"
}
account sshd 990 /run/sshd /usr/sbin/nologin
account admin 1990 /home/admin /bin/bash
chown root:root /run/sshd 2>/dev/null || true
# sudo asks for the host's own name, and a question put to DNS is one that rules count.
grep -qw "$(hostname)" /etc/hosts || echo "127.0.1.1 $(hostname)" >>/etc/hosts
mkdir -p /run/sshd && chmod 755 /run/lab && chown root:root /usr/bin/sudo && chmod 4755 /usr/bin/sudo
echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin && chmod 440 /etc/sudoers.d/admin
[ -e /run/lab/host-key ] || ssh-keygen -q -t ed25519 -N '' -f /run/lab/host-key
${door.opens}`)
  if (made.code !== 0) throw new LabError('host', 'sshd could not be set up', { facts: { stderr: made.stderr } })

  const config = join(scratch, 'ssh_config')
  writeFileSync(
    config,
    `Host ${name}\n  User admin\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n  ProxyCommand ${door.proxy(scratch)}\n${door.once ? shared(scratch) : ''}`,
    { flag: 'a' },
  )
  // In the background from the start, so that it holds no stream of a later connection.
  if (door.once)
    await execa('ssh', ['-F', config, '-o', 'ConnectTimeout=120', '-f', '-N', '-M', name], { stdio: 'ignore' })
  return ['--ssh', name, '--ssh-config', config]
}

interface Door {
  /** A script that opens it on the host. */
  opens: string
  /** It opens only once, so that all connections share one. */
  once?: boolean
  /** OpenSSH's ProxyCommand. */
  proxy: (scratch: string) => string
}

const shared = (scratch: string): string => `  ControlPath ${scratch}/%C\n`

/** Ends a shared connection. */
export const hangUp = async ([, name, , config]: readonly string[]): Promise<void> =>
  void (await execa('ssh', ['-F', config!, '-O', 'exit', name!], { reject: false }))

function doorOf(host: Host): Door | undefined {
  if (host instanceof ContainerHost) {
    const { socketPath } = host.container.modem as { socketPath?: string }
    const engine = socketPath ? `-H unix://${socketPath} ` : ''
    return { opens: '', proxy: () => `docker ${engine}exec -i ${host.id} ${sshd}` }
  }
  if (!(host instanceof QemuHost)) return undefined
  return {
    once: true,
    // A console has no connections, so a line starts each sshd. Otherwise its first output would be lost.
    opens: `systemctl stop serial-getty@hvc0.service
systemd-run -q --unit=lab-sshd -p Restart=always -p RestartSec=200ms -p StartLimitIntervalSec=0 sh -c 'exec <>/dev/hvc0 >&0; stty raw -echo; while read -r line; do [ "$line" != lab ] || ${sshd} 2>/dev/null; done'`,
    proxy: (scratch) => {
      const script = join(scratch, 'console.mjs')
      writeFileSync(
        script,
        `import { connect } from 'node:net'
const socket = connect(process.argv[2], () => {
  socket.write('\\nlab\\n')
  process.stdin.pipe(socket)
})
socket.pipe(process.stdout)
`,
      )
      return `${process.execPath} ${script} ${host.shellSocket}`
    },
  }
}
