import { Worker, type WorkerOptions } from 'node:worker_threads'

/** What a thread may take over from its process: how it warns and shows stacks. */
const TAKEN = /^--(no-)?(warnings|deprecation)$|^--disable-warning=|^--trace-(warnings|deprecation|uncaught)$|^--enable-source-maps$/

/**
 * A thread that runs a file of this program. Other arguments of the process are not for it: with `--input-type` a file is
 * no valid input, and what `--import` or `--require` loads has no business on a thread that holds no more than its task.
 */
export function ownWorker (file: URL, options: Omit<WorkerOptions, 'execArgv' | 'eval'>): Worker {
  return new Worker(file, { ...options, execArgv: process.execArgv.filter((argument) => TAKEN.test(argument)) })
}
