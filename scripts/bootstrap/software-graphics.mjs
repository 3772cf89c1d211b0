import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { SetUpError } from './say.mjs';

/**
 * What a Linux program needs to compute WebGPU on the processor: Electron brings SwiftShader, a Vulkan driver in software, and the loader
 * that finds it. Graphics cards are not asked, so that every machine computes the same. Elsewhere the system's own WebGPU is used.
 */
export function softwareGraphics(environment, platform = process.platform) {
  if (platform !== 'linux') return {};
  const folder = dirname(environment.INTERLINEAR_ELECTRON);
  const driver = join(folder, 'vk_swiftshader_icd.json');
  if (!existsSync(driver)) throw new SetUpError(`Electron in ${folder} has no ${driver}, which WebGPU is tested with.`);
  const libraries = [folder, environment.LD_LIBRARY_PATH].filter(Boolean).join(delimiter);
  return { VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: libraries };
}
