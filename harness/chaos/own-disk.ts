import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { until } from '../lib/retry.ts'

const bytes = 16 * 2 ** 30

/** A small disk of its own for the hosts and reports of a campaign, so that filling or stopping it harms nobody else. */
export class OwnDisk {
  readonly dir: string
  readonly #image: string

  private constructor(dir: string, image: string) {
    this.dir = dir
    this.#image = image
  }

  /** Makes it, or opens the one that an earlier sitting left. Rejects where this machine has no loop devices. */
  static async open(folder: string): Promise<OwnDisk> {
    mkdirSync(folder, { recursive: true })
    const disk = new OwnDisk(join(folder, 'disk'), join(folder, 'disk.img'))
    await disk.close()
    mkdirSync(disk.dir, { recursive: true })
    if (!existsSync(disk.#image)) {
      writeFileSync(disk.#image, '')
      truncateSync(disk.#image, bytes)
      await execa('mkfs.ext4', ['-q', '-m', '0', disk.#image])
    }
    await execa('mount', ['-o', 'loop', disk.#image, disk.dir])
    disk.empty()
    return disk
  }

  /** Takes all its space. */
  async fill(): Promise<void> {
    const { bavail, bsize } = statfsSync(this.dir)
    await execa('fallocate', ['-l', String(bavail * bsize), this.#ballast], { reject: false })
    // What the file's own records left over.
    await execa('dd', ['if=/dev/zero', `of=${this.#ballast}2`, 'bs=64k'], { reject: false, timeout: 20_000 })
  }

  /** Gives its space back. */
  empty(): void {
    for (const file of [this.#ballast, `${this.#ballast}2`]) rmSync(file, { force: true })
  }

  /** Stops it: whoever writes waits. It goes on by itself, even if this process is killed meanwhile. */
  async stopFor(ms: number): Promise<void> {
    const script = 'fsfreeze -f "$0"; sleep "$1"; fsfreeze -u "$0"'
    const child = spawn('sh', ['-c', script, this.dir, String(ms / 1000)], { detached: true, stdio: 'ignore' })
    await new Promise((resolve) => child.on('close', resolve))
  }

  /** Unmounts it, whatever state a killed campaign left it in. Its content stays. */
  async close(): Promise<void> {
    if (!isMounted(this.dir)) return
    await execa('fsfreeze', ['-u', this.dir], { reject: false })
    // The processes of an engine that was just killed may still have files open there.
    const unmounted = async (): Promise<true | undefined> =>
      (await execa('umount', [this.dir], { reject: false })).failed ? undefined : true
    await until('the disk to be free', unmounted, { deadlineMs: 20_000 })
  }

  get #ballast(): string {
    return join(this.dir, 'ballast')
  }
}

const isMounted = (dir: string): boolean =>
  readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .some((line) => line.split(' ')[4] === dir)
