import { delimiter } from 'node:path'

/** A PATH with the folders of administrators' programs, which a user's may lack. */
export const systemPath = [process.env.PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(delimiter)
