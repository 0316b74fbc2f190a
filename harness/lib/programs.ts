import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** The PATH that the administrator's programs are found on. */
export const adminPath = (): string => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`

/** Whether a program is on the administrator's path. */
export const onPath = (program: string): boolean =>
  adminPath()
    .split(':')
    .some((dir) => {
      try {
        accessSync(join(dir, program), constants.X_OK)
        return dir !== ''
      } catch {
        return false
      }
    })
