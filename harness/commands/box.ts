import { prepareDisk } from '../hosts/qemu.ts'
import { packBox } from '../hosts/vagrant/box.ts'
import { hostImages } from '../images/recipe.ts'
import { exit, LabError } from '../lib/errors.ts'
import { parse } from './parse.ts'

/** `npm run box <host> [-- --fresh]`: packs the disk of a VM host as a Vagrant box, for `vagrant up <host>`. */
export default async function box(args: string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parse('box', args)
  const [image] = positionals
  if (positionals.length !== 1 || !hostImages().includes(image!))
    throw new LabError('usage', image ? `no host ${image} can be built here` : 'name one host', {
      hint: `npm run box <host>; the hosts are ${hostImages().join(', ')}`,
    })
  const progress = (line: string): void => console.error(line)
  const disk = await prepareDisk(image!, { progress, signal })
  const packed = await packBox(image!, disk, { progress, signal, fresh: values.fresh })
  console.error(`${packed.name} ${packed.version}: ${packed.file}`)
  console.error(`to start it, in this folder: vagrant up ${image}`)
  return exit.passed
}
