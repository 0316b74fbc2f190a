import type { Host } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'
import { LabError } from '../lib/errors.ts'
import { installPackages } from './install.ts'
import { runOrThrow } from './run-or-throw.ts'

/**
 * Installs a kernel of the host's own suite and boots it; nothing, where it runs already. Only on a host with a kernel of
 * its own. Throws LabError `host` where another kernel runs in the end.
 */
export async function bootKernel(host: Host, image: string, kernel: string, options: BuildOptions): Promise<void> {
  if (!host.capabilities.has('own-kernel'))
    throw new LabError('host', `${host.name} has no kernel of its own, so it cannot boot ${kernel}`)
  if ((await running(host)) === kernel) return
  await installPackages(host, image, [`linux-image-${kernel}`], options)
  // The boot loader follows these links, and a package sets them only where it is the newest.
  await runOrThrow(
    host,
    `set -e
[ -e /boot/vmlinuz-${kernel} ] && [ -e /boot/initrd.img-${kernel} ]
ln -sfn boot/vmlinuz-${kernel} /vmlinuz
ln -sfn boot/initrd.img-${kernel} /initrd.img
sync`,
    `the choice of the kernel ${kernel}`,
    60_000,
  )
  options.progress(`booting the kernel ${kernel}`)
  await host.reboot()
  const now = await running(host)
  if (now !== kernel) throw new LabError('host', `${host.name} boots ${now}, not ${kernel}`)
}

const running = async (host: Host): Promise<string> => (await host.exec('uname -r')).stdout.trim()
