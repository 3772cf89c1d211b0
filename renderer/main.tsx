import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import type { ShellApi } from '../main/contract/shell';
import './design/tokens.css';
import './design/base.css';
import { Workbench } from './state/workbench';
import { App } from './workspace/app';

declare global {
  interface Window {
    /** The shell, as the preload script exposes it. */
    readonly interlinear: ShellApi;
    /** For tests: settles when nothing is under way any more. */
    __interlinear?: { readonly waitForIdle: () => Promise<void> };
  }
}

// The page's security policy forbids code made at run time, which zod otherwise uses where it can.
z.config({ jitless: true });

const root = document.querySelector('#root');
if (root === null) throw new Error('The page has no #root');
const workbench = new Workbench(window.interlinear);
window.__interlinear = { waitForIdle: () => workbench.waitForIdle() };
await workbench.start();
createRoot(root).render(<App services={workbench.services} />);
