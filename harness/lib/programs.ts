import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** The PATH that the administrator's programs are found on. */
export const adminPath = (): string => `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin`

/** Where a program is on the administrator's path; undefined where it is not. */
export const pathOf = (program: string): string | undefined =>
  adminPath()
    .split(':')
    .filter((dir) => dir !== '')
    .map((dir) => join(dir, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** Whether a program is on the administrator's path. */
export const onPath = (program: string): boolean => pathOf(program) !== undefined
