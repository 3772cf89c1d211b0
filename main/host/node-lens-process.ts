import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { LensChild } from './lens-service';

/** For plain Node. @param folder with the built programs */
export function nodeLensProcess(folder: string): () => LensChild {
  return () => {
    const child = fork(join(folder, 'lens-reader.js'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    return {
      send: (question) => void child.send(question),
      onMessage: (listener) => void child.on('message', listener),
      onGone: (listener) => {
        child.once('exit', listener);
        child.on('error', listener);
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
