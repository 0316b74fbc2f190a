import type { Diagnosis, Fix } from './fault.ts'

/** A step of many fixes. systemd refuses a unit that was started too often (StartLimitBurst): it forgets that first. */
export const restartDocker = 'systemctl reset-failed docker.service; systemctl restart docker.service'

/** What a detector advises, of a fault's fixes and non-fixes. */
export const remedies = (fixes: Readonly<Record<string, Fix>>): Pick<Diagnosis, 'fixes' | 'nonFixes'> => ({
  fixes: Object.keys(fixes).filter((name) => !fixes[name]!.fails),
  nonFixes: Object.entries(fixes).flatMap(([name, { fails }]) => (fails ? [{ name, why: fails }] : [])),
})
