import { existsSync } from 'node:fs'
import { loadPublic, publicImages } from '../../images/public.ts'
import type { Backend } from './backend.ts'
import { boxesOf } from './installed-box.ts'
import { vagrantHome } from './workspace.ts'

/**
 * Why no host can be made from an image's public box here, and how to change that; undefined where one can. dockfault
 * never downloads such a box itself; the user adds it.
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
    ? `has the box ${box.name}, but needs a libvirtd with internet to make a host from it: sudo systemctl start libvirtd`
    : undefined
}
