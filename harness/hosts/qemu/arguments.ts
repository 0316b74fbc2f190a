/** The port of the process that runs scripts: its name in the guest, and its device's to QEMU. */
export const runnerPort = 'dockfault.runner'

export type Accelerator = 'kvm' | 'tcg'

/**
 * A credential that the guest's systemd takes from the firmware's tables, since 252, and gives to systemd-sysctl. Source:
 * systemd.system-credentials(7), sysctl.extra.
 */
const samePlaces = 'io.systemd.credential:sysctl.extra=kernel.randomize_va_space=0'

/**
 * Accelerator and processor as QEMU's arguments. The emulated one is an x86-64-v2, and Debian needs no more: with AVX
 * and the like there is more to save at every switch, and a host's programs take an eighth longer. And its programs are
 * always at the same addresses: QEMU knows translated code by its address, and would translate libc anew for each.
 *
 * It has one processor: a second one makes a cell a sixth quicker, and takes the room of another machine. Nor can one
 * alone write over code that another is translating, which QEMU before 8.1 gets wrong: a booting kernel then hangs.
 * Source: QEMU 8.1, "accel/tcg: Always lock pages before translation".
 */
export const acceleratorArgs = (accelerator: Accelerator): string[] =>
  accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host', '-smp', '2']
    : ['-accel', 'tcg,tb-size=1024', '-cpu', 'Nehalem', '-smp', '1', '-smbios', `type=11,value=${samePlaces}`]

/** Memory as a file: machines that fork from it read its pages, and keep to themselves what they write. */
export interface Memory {
  file: string
  /** Writes go to the file: it is to be forked from. */
  template: boolean
}

const memoryArgs = ({ file, template }: Memory): string[] => [
  '-object',
  `memory-backend-file,id=memory,size=2048M,mem-path=${file},share=${template ? 'on' : 'off'}`,
]

/** The machine's hardware: a kept state is only for the very same. */
export const hardware = (accelerator: Accelerator): string[] => [
  ...['-machine', 'q35,memory-backend=memory', ...acceleratorArgs(accelerator), '-m', '2048'],
  ...['-device', 'virtio-blk-pci,drive=disk', '-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
]

/** What a machine is made of. */
export interface Equipment {
  name: string
  accelerator: Accelerator
  disk: { file: string; format: 'raw' | 'qcow2' }
  /** Boots this kernel instead of the disk's boot loader. */
  boot?: { kernel: string; initrd: string; cmdline: string } | undefined
  /** Goes on from this state, written when a machine was frozen, instead of booting. */
  state?: string | undefined
  /** That state's memory, or where a machine that is to be frozen has its own; else it is nobody's but this machine's. */
  memory?: Memory | undefined
}

/** All of QEMU's arguments: a machine with no network card, controlled through `socket`s by name. */
export function machineArgs(
  { name, accelerator, disk, boot, state, memory }: Equipment,
  socket: (name: string) => string,
  consoleFile: string,
): string[] {
  const server = (id: string): string => `socket,id=${id},path=${socket(id)},server=on,wait=off`
  return [
    ...['-name', `dockfault-${name}`, '-nodefaults', '-no-user-config', '-display', 'none', '-nic', 'none'],
    ...hardware(accelerator),
    ...(memory ? memoryArgs(memory) : ['-object', 'memory-backend-ram,id=memory,size=2048M']),
    // The disk is thrown away, so the host never waits for it.
    ...['-drive', `file=${disk.file},format=${disk.format},if=none,id=disk,cache=unsafe,discard=unmap`],
    ...['-chardev', `file,id=console,path=${consoleFile},append=on`, '-serial', 'chardev:console'],
    ...['-chardev', server('agent'), '-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
    ...['-chardev', server('shell'), '-device', 'virtconsole,chardev=shell'],
    ...['-chardev', server('runner'), '-device', `virtserialport,chardev=runner,name=${runnerPort},id=${runnerPort}`],
    ...['-chardev', server('qmp'), '-mon', 'chardev=qmp,mode=control'],
    ...(state ? ['-incoming', 'defer'] : []),
    ...(boot ? ['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', boot.cmdline] : []),
  ]
}
