/**
 * The process for heavy work. Jobs run in a thread, so that the process notices the end of the server, and a job that runs out of memory
 * ends alone. (A thread of the server would end the server.)
 */
import { setPriority } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { messageOf } from '../base/errors';
import { MEMORY_MB, type JobCode, type WorkAnswer, type WorkRequest } from './job';

/** Niceness from 0 to 19: jobs get a third of the share of the server and its browsers on busy processors. */
const NICENESS = 5;

/** Runs jobs until the server ends. The process's script calls it in both of its threads. */
export function serveJobs(code: JobCode, script: URL): void {
  if (isMainThread) passOn(script);
  else parentPort?.on('message', (request: WorkRequest) => void answer(code, request));
}

function passOn(script: URL): void {
  setPriority(NICENESS); // threads inherit it
  let worker: Worker | undefined;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL')); // a job may be running
  process.on('message', (request) => {
    worker ??= open(script, () => (worker = undefined));
    worker.postMessage(request);
  });
}

function open(script: URL, onEnd: () => void): Worker {
  const worker = new Worker(script, {
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  worker.on('message', (done: WorkAnswer) => process.send?.(done));
  worker.on('error', (error: NodeJS.ErrnoException) => {
    onEnd();
    const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    const failed: WorkAnswer = isMemory ? { limit: 'memory' } : { error: error.message };
    process.send?.(failed);
  });
  return worker;
}

async function answer(code: JobCode, { job, input }: WorkRequest): Promise<void> {
  let done: WorkAnswer;
  try {
    const work = code[job];
    if (!work) throw new Error(`There is no job ${job}.`);
    done = { output: await work(input as never) };
  } catch (error) {
    done = { error: messageOf(error) };
  }
  parentPort?.postMessage(done);
}
