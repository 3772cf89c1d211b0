import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { StartProcess } from './side-process';

/** For plain Node, where the engine starts its processes itself. @param folder with the built programs */
export function nodeProcesses(folder: string): StartProcess {
  return (program) => {
    const child = fork(join(folder, `${program}.js`), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    return {
      send: (message) => void child.send(message as object),
      onMessage: (listener) => void child.on('message', listener),
      onGone: (listener) => {
        child.once('exit', listener);
        child.on('error', listener);
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
