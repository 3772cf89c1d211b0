import type { LaneKind, LaneSettings, Pick } from '../../main/contract/lanes';

/** How a lane looks and is called in every view. */
export interface LaneStyle {
  /** "Best of 16": column heads, legends, names for screen readers. Unique among the lanes it was made with. */
  readonly title: string;
  /** For tight places such as chart legends. */
  readonly shortName: string;
  /** "T 1.0 · pick: majority": what sets this lane apart. */
  readonly summary: string;
  /** A CSS colour: `var(--lane-cot)`. */
  readonly hue: string;
  /** SVG dash pattern of the lane's line, so that lanes of one kind differ without colour; undefined is solid. */
  readonly dash: string | undefined;
}

const kindTitles: Record<LaneKind, string> = {
  direct: 'Direct',
  cot: 'Chain of thought',
  'best-of-n': 'Best of N',
  coconut: 'Continuous thought',
};

const shortNames: Record<LaneKind, string> = { direct: 'direct', cot: 'CoT', 'best-of-n': 'best-of-N', coconut: 'thoughts' };

const kindDescriptions: Record<LaneKind, string> = {
  direct: 'The answer at once, without thinking',
  cot: 'Think in tokens, then answer',
  'best-of-n': 'Several sampled chains, one picked',
  coconut: 'Think in vectors fed back, then answer',
};

export const pickNames: Record<Pick, string> = {
  majority: 'majority vote',
  'mean-log-probability': 'mean log-prob',
  'self-certainty': 'self-certainty',
};

const dashes = [undefined, '6 3', '2 3'] as const;
const hueSuffixes = ['', '-2', '-3'] as const;

/** A kind's title when no settings are known: menus, the palette. */
export function laneKindTitle(kind: LaneKind): string {
  return kindTitles[kind];
}

export function laneKindDescription(kind: LaneKind): string {
  return kindDescriptions[kind];
}

function laneTitle(settings: LaneSettings): string {
  return settings.kind === 'best-of-n' ? `Best of ${settings.n}` : kindTitles[settings.kind];
}

function samplerSummary(sampler: { temperature: number; topK: number; topP: number; minP: number }): string {
  const parts = [sampler.temperature === 0 ? 'greedy' : `T ${sampler.temperature.toFixed(1)}`];
  if (sampler.topK > 0) parts.push(`top-k ${sampler.topK}`);
  if (sampler.topP < 1) parts.push(`top-p ${sampler.topP}`);
  if (sampler.minP > 0) parts.push(`min-p ${sampler.minP}`);
  return parts.join(' · ');
}

function laneSummary(settings: LaneSettings): string {
  switch (settings.kind) {
    case 'direct':
      return 'no thinking';
    case 'cot':
      return settings.samples > 1 ? `${samplerSummary(settings)} · ${settings.samples} samples` : samplerSummary(settings);
    case 'best-of-n':
      return `${samplerSummary(settings)} · pick: ${pickNames[settings.pick]}`;
    case 'coconut':
      return settings.thoughts === 0
        ? 'no thoughts (control)'
        : `${settings.thoughts} ${settings.thoughts === 1 ? 'thought' : 'thoughts'} · state fed back`;
    default:
      return settings satisfies never;
  }
}

/** Styles of a run's lanes, in order. Lanes of one kind get neighbouring hues, different dashes and numbered titles. */
export function laneStyles(lanes: readonly LaneSettings[]): readonly LaneStyle[] {
  const kindsSeen = new Map<LaneKind, number>();
  const titlesSeen = new Map<string, number>();
  return lanes.map((settings) => {
    const ofKind = kindsSeen.get(settings.kind) ?? 0;
    kindsSeen.set(settings.kind, ofKind + 1);
    const plain = laneTitle(settings);
    const ofTitle = (titlesSeen.get(plain) ?? 0) + 1;
    titlesSeen.set(plain, ofTitle);
    return {
      title: ofTitle === 1 ? plain : `${plain} ${ofTitle}`,
      shortName: ofKind === 0 ? shortNames[settings.kind] : `${shortNames[settings.kind]} ${ofKind + 1}`,
      summary: laneSummary(settings),
      hue: `var(--lane-${settings.kind}${hueSuffixes[ofKind % hueSuffixes.length] ?? ''})`,
      dash: dashes[ofKind % dashes.length],
    };
  });
}
