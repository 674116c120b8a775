import { Worker, type WorkerOptions } from 'node:worker_threads'

/** A thread takes over arguments of its process that concern warnings and stack traces. */
const TAKEN = /^--(no-)?(warnings|deprecation)$|^--disable-warning=|^--trace-(warnings|deprecation|uncaught)$|^--enable-source-maps$/

/**
 * Starts a thread that runs a file of this program. It gets no other arguments of the process: with
 * `--input-type` a file is no valid input, and `--import` or `--require` would load code that the
 * thread does not need.
 */
export function ownWorker (file: URL, options: Omit<WorkerOptions, 'execArgv' | 'eval'>): Worker {
  return new Worker(file, { ...options, execArgv: process.execArgv.filter((argument) => TAKEN.test(argument)) })
}
