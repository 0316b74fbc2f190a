import { existsSync } from 'node:fs'
import { loadPublic, publicImages } from '../../images/public.ts'
import type { Backend } from './backend.ts'
import { boxesOf } from './installed-box.ts'
import { vagrantHome } from './place.ts'

/**
 * Why no host can be made of an image's public box here, and what would make it run; undefined where one can. A box is
 * never fetched without being asked for: it is there when the person has added it.
 */
export function noPublicBox(image: string, backend: Backend): string | undefined {
  if (!publicImages().includes(image)) return `has no box of the image ${image}`
  const { box } = loadPublic(image)
  const provider = backend === 'virtualbox' ? 'virtualbox' : 'libvirt'
  if (!existsSync(boxesOf(vagrantHome('system'), box.name))) {
    const add = box.url ? `${box.url} --name ${box.name}` : box.name
    return `has no box of ${image} (with internet: vagrant box add ${add} --provider ${provider})`
  }
  return backend === 'private'
    ? `has the box ${box.name}, which needs a libvirtd with internet to be made a host: sudo systemctl start libvirtd`
    : undefined
}
