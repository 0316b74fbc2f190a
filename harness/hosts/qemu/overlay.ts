import { execa } from 'execa'

/** Makes a disk that holds only what is written to it, over another that stays as it is. */
export async function makeOverlay(base: string, file: string): Promise<void> {
  await execa('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', base, file])
}
