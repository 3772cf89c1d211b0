import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { enginePortMessage, type EngineStatus, type MenuCommand, type Reply, type ShellApi } from '../main/contract/shell';
import { type Call, calls, type Notice, notices } from './channels';

/** The shell checks every argument by its schema and answers with a Reply of the value the contract names. */
const call = <Value>(name: Call, argument: unknown = null): Promise<Reply<Value>> =>
  ipcRenderer.invoke(name, argument) as Promise<Reply<Value>>;

/** Passes on what the shell sends, without Electron's event object. Returns its unsubscribe. */
function listen<Message>(name: Notice, listener: (message: Message) => void): () => void {
  const receive = (_event: unknown, message: Message): void => {
    listener(message);
  };
  ipcRenderer.on(name, receive);
  return () => {
    ipcRenderer.off(name, receive);
  };
}

// A port cannot cross the context bridge; it can be posted to the page's own world.
ipcRenderer.on(notices.enginePort, (event) => {
  window.postMessage(enginePortMessage, window.location.origin, event.ports);
});

const api: ShellApi = {
  platform: process.platform,
  connectEngine: () => call(calls.connectEngine),
  restartEngine: () => call(calls.restartEngine),
  onEngineStatus: (listener) => {
    const stop = listen<EngineStatus>(notices.engineStatus, listener);
    void call<null>(calls.watchEngine);
    return stop;
  },
  loadWorkspace: () => call(calls.loadWorkspace),
  saveWorkspace: (workspace) => call(calls.saveWorkspace, workspace),
  chooseTrace: () => call(calls.chooseTrace),
  openDropped: (file) => call(calls.openDropped, webUtils.getPathForFile(file)),
  chooseModel: (kind) => call(calls.chooseModel, kind),
  onOpenTrace: (listener) => {
    const stop = listen<Reply<{ trace: string }>>(notices.openTrace, listener);
    void call<null>(calls.watchTraces);
    return stop;
  },
  onMenu: (listener) => listen<MenuCommand>(notices.menu, listener),
  exportRun: (run, format) => call(calls.exportRun, { run, format }),
  saveFile: (file) => call(calls.saveFile, file),
  copyText: (text) => call(calls.copyText, text),
};

contextBridge.exposeInMainWorld('interlinear', api);
