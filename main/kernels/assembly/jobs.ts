import { takesWholeBytes } from './byte-products';
import { multiplyExactly } from './exact';
import { attendExactly } from './exact-attention';
import { narrow, Narrowing } from './halves';
import { Heads, prepareHeads } from './heads';
import { LogitParts, readPart } from './logit-parts';
import { multiply, Product, RoundedProduct } from './products';
import { mix } from './mixture';
import { repack, Repacking } from './repack';
import { score } from './scores';
import { Attention } from './segments';
import { multiplyBytes, multiplyWide } from './rounded-products';
import { WideProduct } from './sixteens';
import { normalizeScores } from './value-weights';
import { activate, Activation, Normalization, normalize } from './rows';
import { listCandidates, packSketch, scanSketch, SketchedRows, SketchLists, SketchPacking, sketchRow, SketchScan } from './sketch';
import { iterateSubspace, measureReach, Reach, Subspace } from './subspace';
import { copyToken, LensRows, readCandidates, TokenRows } from './token-rows';
import { Walks, walkRows } from './walks';


/** Where the number of the job under way lies, and after it the address of its arguments. */
const jobAt: usize = 36864;

/** See `takesWholeBytes`. In one of the two modules these sources make: see scripts/build/assembly.ts. */
export function wholeBytes(weight: i32): bool {
  return ASC_FEATURE_RELAXED_SIMD ? takesWholeBytes(weight) : false;
}

/** Says what job is to be done. Only while none is under way. */
export function choose(job: i32, args: usize): void {
  i32.store(jobAt, job);
  i32.store(jobAt, <i32>args, 4);
}

/** One chunk of the job that was chosen; the numbers are those of `jobs` in ../jobs.ts. */
export function execute(chunk: i32): void {
  const args = <usize>i32.load(jobAt, 4);
  switch (i32.load(jobAt)) {
    case 0:
      multiply(changetype<RoundedProduct>(args), chunk);
      break;
    case 1:
      multiplyExactly(changetype<Product>(args), chunk);
      break;
    case 2:
      normalize(changetype<Normalization>(args), chunk);
      break;
    case 3:
      activate(changetype<Activation>(args), chunk);
      break;
    case 4:
      prepareHeads(changetype<Heads>(args), chunk);
      break;
    case 5:
      score(changetype<Attention>(args), chunk);
      break;
    case 6:
      normalizeScores(changetype<Attention>(args), chunk);
      break;
    case 7:
      mix(changetype<Attention>(args), chunk);
      break;
    case 8:
      repack(changetype<Repacking>(args), chunk);
      break;
    case 9:
      attendExactly(changetype<Attention>(args), chunk);
      break;
    case 10:
      multiplyWide(changetype<WideProduct>(args), chunk);
      break;
    case 11:
      readPart(changetype<LogitParts>(args), chunk);
      break;
    case 12:
      narrow(changetype<Narrowing>(args), chunk);
      break;
    case 13:
      walkRows(changetype<Walks>(args), chunk);
      break;
    case 14:
      // In one of the two modules, as above.
      if (ASC_FEATURE_RELAXED_SIMD) multiplyBytes(changetype<WideProduct>(args), chunk);
      else unreachable();
      break;
    case 15:
      packSketch(changetype<SketchPacking>(args), chunk);
      break;
    case 16:
      copyToken(changetype<TokenRows>(args), chunk);
      break;
    case 17:
      readCandidates(changetype<LensRows>(args), chunk);
      break;
    case 18:
      if (ASC_FEATURE_RELAXED_SIMD) sketchRow(changetype<SketchedRows>(args), chunk);
      else unreachable();
      break;
    case 19:
      if (ASC_FEATURE_RELAXED_SIMD) scanSketch(changetype<SketchScan>(args), chunk);
      else unreachable();
      break;
    case 20:
      iterateSubspace(changetype<Subspace>(args), chunk);
      break;
    case 21:
      measureReach(changetype<Reach>(args), chunk);
      break;
    case 22:
      listCandidates(changetype<SketchLists>(args), chunk);
      break;
    default:
      unreachable();
  }
}
