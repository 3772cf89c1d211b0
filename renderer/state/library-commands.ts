import type { InstalledModel } from '../../main/contract/library';
import type { Device } from '../../main/contract/devices';
import type { ModelChoice } from '../../main/contract/shell';
import { chooseModel } from './model-commands';
import { valueOf } from './row-commands';
import type { Services } from './services';

/** Shows the open dialog and imports what was chosen. */
export async function addFromDisk(services: Services, kind: ModelChoice): Promise<void> {
  const chosen = valueOf(await services.shell.chooseModel(kind));
  if (chosen !== null) await services.library.addGranted(chosen.grant);
}

/** Compares a model on a device with its reference, and shows what was found. */
export async function checkModel({ devices, library }: Services, model: string, device: Device): Promise<void> {
  try {
    await devices.check(model, device);
  } finally {
    await library.refresh();
  }
}

/** Takes a model off the library; where it is the one chosen, another takes its place. */
export async function removeModel(services: Services, model: InstalledModel): Promise<void> {
  const { library, workspace, activity } = services;
  const { id } = model.summary;
  await activity.during(() => library.remove(model));
  if (workspace.document.model !== id) return;
  const other = library.store.getState().installed.find((candidate) => candidate.summary.id !== id);
  if (other !== undefined) chooseModel(services, other.summary.id);
}
