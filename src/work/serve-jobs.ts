/**
 * The process that does heavy work. Jobs run in a thread of it: so the process itself is always free to notice that the server is gone,
 * and a job that runs out of memory ends alone. (In a thread of the server, one large allocation too many ends the server.)
 */
import { setPriority } from 'node:os';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { messageOf } from '../base/errors';
import { MEMORY_MB, type JobCode, type WorkAnswer, type WorkRequest } from './job';

/** How much the work gives way to the server and its browsers, from 0 to 19: a third of their share when the processors are busy. */
const NICENESS = 5;

/** Does jobs until the server is gone. To be called by the process's script, in both of its threads. */
export function serveJobs(code: JobCode, script: URL): void {
  if (isMainThread) passOn(script);
  else parentPort?.on('message', (request: WorkRequest) => void answer(code, request));
}

function passOn(script: URL): void {
  setPriority(NICENESS); // before there is a thread, which inherits it
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
