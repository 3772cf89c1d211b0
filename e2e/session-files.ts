import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaneSettingsInput } from '../main/contract/lanes';
import { type Workspace, workspaceSchema } from '../main/contract/shell';
import { projectFolder } from './app';

/** The prompt a new user meets. */
export function defaultPrompt(): string {
  const presets = JSON.parse(readFileSync(join(projectFolder, 'resources', 'presets.json'), 'utf8')) as readonly {
    readonly prompt: string;
  }[];
  const [preset] = presets;
  if (!preset) throw new Error('There is no preset');
  return preset.prompt;
}

/** A chain that goes on for seconds, so that something can happen to it meanwhile. */
export const longChain: LaneSettingsInput = { kind: 'cot', temperature: 1, ignoreEnd: true, maximumSteps: 3500 };

/** Leaves a workspace in a user data folder, as an earlier session would have. */
export function leaveWorkspace(
  userData: string,
  workspace: { readonly lanes: readonly LaneSettingsInput[]; readonly prompt?: string },
): string {
  mkdirSync(userData, { recursive: true });
  const file = join(userData, 'workspace.json');
  writeFileSync(file, JSON.stringify({ schema: 1, prompt: defaultPrompt(), ...workspace }));
  return file;
}

export function readWorkspace(userData: string): Workspace {
  return workspaceSchema.parse(JSON.parse(readFileSync(join(userData, 'workspace.json'), 'utf8')));
}
