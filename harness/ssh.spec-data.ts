import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import type { ContainerHost } from './hosts/container/container-host.ts'
import { LabError } from './lib/errors.ts'
import { equip } from './scoring/equip.ts'

/**
 * Lets a container host be reached by OpenSSH, though it has no network: its sshd is started for each connection, on the
 * streams of the engine's `exec`. The login is a person's, who needs sudo. Gives the options that reach it.
 */
export async function sshInto(host: ContainerHost, image: string, scratch: string): Promise<string[]> {
  const adapter = { name: 'ssh', needs: [], packages: ['openssh-server', 'sudo'], programs: ['sshd', 'sudo'] }
  const options = { progress: () => {}, signal: new AbortController().signal }
  const lacking = await equip(host, image, [adapter as never], options)
  if (lacking.size > 0) throw new LabError('missing', [...lacking.values()].join())

  const key = join(scratch, `key-${host.id.slice(-8)}`)
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  const { stdout: known } = await execa('cat', [`${key}.pub`])
  await host.put('/run/lab/authorized', known)
  await host.put(
    '/run/lab/sshd_config',
    'HostKey /run/lab/host-key\nAuthorizedKeysFile /run/lab/authorized\nStrictModes no\nUsePAM no\nPidFile none\n',
  )
  const made = await host.exec(`set -e
id sshd >/dev/null 2>&1 || useradd --system --no-create-home --home-dir /run/sshd --shell /usr/sbin/nologin sshd
id admin >/dev/null 2>&1 || useradd --create-home --shell /bin/bash --password '*' admin
# sudo asks for the host's own name, and a question put to DNS is one that rules count.
grep -qw "$(hostname)" /etc/hosts || echo "127.0.1.1 $(hostname)" >>/etc/hosts
mkdir -p /run/sshd && chmod 755 /run/lab && chown root:root /usr/bin/sudo && chmod 4755 /usr/bin/sudo
echo 'admin ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/admin && chmod 440 /etc/sudoers.d/admin
[ -e /run/lab/host-key ] || ssh-keygen -q -t ed25519 -N '' -f /run/lab/host-key`)
  if (made.code !== 0) throw new LabError('host', 'sshd could not be set up', { facts: { stderr: made.stderr } })

  const name = `dockfault-${host.id.slice(-8)}`
  const { socketPath } = host.container.modem as { socketPath?: string }
  const engine = socketPath ? ['-H', `unix://${socketPath}`] : []
  const proxy = ['docker', ...engine, 'exec', '-i', host.id, '/usr/sbin/sshd', '-i', '-f', '/run/lab/sshd_config']
  const config = join(scratch, 'ssh_config')
  writeFileSync(
    config,
    `Host ${name}\n  User admin\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n  LogLevel ERROR\n  ProxyCommand ${proxy.join(' ')}\n`,
    { flag: 'a' },
  )
  return ['--ssh', name, '--ssh-config', config]
}
