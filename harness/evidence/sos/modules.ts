import { Lacking, type SosReport } from './report.ts'

/** The list of loaded modules, one a line. Throws Lacking where the report does not hold it. */
function modulesIn(report: SosReport): string {
  const list = report.fileIfAny('proc/modules') ?? report.commandIfAny('lsmod')
  if (list === undefined || !/^\w+\s+\d+\s/m.test(list))
    throw new Lacking('it does not hold the list of loaded modules')
  return list
}

/** Whether a module of the kernel was loaded. Throws Lacking where the report does not list them. */
export const isLoaded = (name: string, report: SosReport): boolean =>
  new RegExp(`^${name}\\s`, 'm').test(modulesIn(report))
