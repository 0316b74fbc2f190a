const mark = 'sos-'

/** The version in a bundle that was made from a report of this version of sos. */
export const sosVersion = (version: string): string => `${mark}${version}`

/** Whether a bundle of this version was made from a sos report. */
export const isSosBundle = (version: string): boolean => version.startsWith(mark)
