/** The port of the process that runs scripts: its name in the guest, and the name of its device in QEMU. */
export const runnerPort = 'dockfault.runner'

export type Accelerator = 'kvm' | 'tcg'

/**
 * A credential that the guest's systemd (since 252) reads from the firmware's tables and passes to systemd-sysctl. It
 * turns address randomization off. Source: systemd.system-credentials(7), sysctl.extra.
 */
const sameAddresses = 'io.systemd.credential:sysctl.extra=kernel.randomize_va_space=0'

/**
 * Accelerator and processor as QEMU's arguments. The emulated processor is an x86-64-v2, which is enough for Debian:
 * with AVX, every task switch saves more state, and a host's programs take an eighth longer. Programs on it always have
 * the same addresses: QEMU finds translated code by its address, and would else translate libc again for each program.
 *
 * An emulated machine has one processor. A second one makes a cell only a sixth faster, and uses the room of another
 * machine. One processor also avoids a race: before QEMU 8.1, a booting kernel hangs if one processor overwrites code
 * that another is translating. Source: QEMU 8.1, "accel/tcg: Always lock pages before translation".
 */
export const acceleratorArgs = (accelerator: Accelerator): string[] =>
  accelerator === 'kvm'
    ? ['-accel', 'kvm', '-cpu', 'host', '-smp', '2']
    : ['-accel', 'tcg,tb-size=1024', '-cpu', 'Nehalem', '-smp', '1', '-smbios', `type=11,value=${sameAddresses}`]

/** Memory in a file. Machines that fork from it read its pages and keep their own writes private. */
export interface Memory {
  file: string
  /** Writes go to the file, so that others can fork from it. */
  template: boolean
}

const memoryArgs = ({ file, template }: Memory): string[] => [
  '-object',
  `memory-backend-file,id=memory,size=2048M,mem-path=${file},share=${template ? 'on' : 'off'}`,
]

/** The machine's hardware. A saved state resumes only on exactly the same. */
export const hardware = (accelerator: Accelerator): string[] => [
  ...['-machine', 'q35,memory-backend=memory', ...acceleratorArgs(accelerator), '-m', '2048'],
  ...['-device', 'virtio-blk-pci,drive=disk', '-device', 'virtio-rng-pci', '-device', 'virtio-serial-pci'],
]

/** The parts of a machine. */
export interface Equipment {
  name: string
  accelerator: Accelerator
  disk: { file: string; format: 'raw' | 'qcow2' }
  /** Boots this kernel instead of the disk's boot loader. */
  boot?: { kernel: string; initrd: string; cmdline: string } | undefined
  /** Resumes from this state of a frozen machine instead of booting. */
  state?: string | undefined
  /** The memory of that state, or of a machine that will be frozen; without it, the memory is in no file. */
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
    // The disk is discarded in the end, so the host never waits for it.
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
