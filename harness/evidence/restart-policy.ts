/** Whether Docker starts a container again by itself, by the name of its restart policy. */
export const restartsItself = (policy: string): boolean => policy !== '' && policy !== 'no'
