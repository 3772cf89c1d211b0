/**
 * Preloaded into dependency-cruiser (`node --import`). Its swc parser reads every file as plain TypeScript and stops at
 * the first JSX tag; this tells swc which files have JSX. swc's exports are changed before anybody imports them.
 */
import { createRequire } from 'node:module';

const swc = createRequire(import.meta.url)('@swc/core');
const { parseFileSync } = swc;

swc.parseFileSync = (file, options) => parseFileSync(file, { ...options, tsx: file.endsWith('x') });
