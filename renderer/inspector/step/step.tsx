import { Braces, Link } from 'lucide-react';
import { type ReactNode, useMemo, useRef } from 'react';
import { modelsOfRun } from '../../../main/contract/lane-models';
import { formatMilliseconds, formatNumber } from '../../design/format';
import { visibleToken } from '../../design/token-pieces';
import { IconButton } from '../../design/icon-button';
import { Panel } from '../../design/panel';
import type { Table, TableCell } from '../export/save-table';
import { notAvailable, probability } from '../format';
import type { InspectorProps } from '../inspector-props';
import { entryStep, type LaneEntry, laneEntries, type StepUnderCursor } from '../shared/lane-entries';
import { LaneMarker } from '../shared/lane-marker';
import { stepPanelState } from '../shared/panel-state';
import { usePanelFiles } from '../shared/use-panel-files';
import { NormSparkline } from './norm-sparkline';
import { emittedRank, stepAsJson, stepLink } from './step-detail';
import styles from './step.module.css';

interface Fact {
  readonly name: string;
  readonly note: string;
  readonly show: (step: StepUnderCursor, entry: LaneEntry) => ReactNode;
}

const word = (entry: LaneEntry, id: number): string => visibleToken(entry.lane.modelInfo.vocabulary[id] ?? `#${id}`);

function origin({ record }: StepUnderCursor): string {
  if (record.kind !== 'token') return 'fed back as a vector';
  return record.forced ? 'forced by the lane' : 'drawn by the sampler';
}

const facts: readonly Fact[] = [
  {
    name: 'Emitted',
    note: 'The token, or ◆ for a thought',
    show: ({ record }, entry) => <b>{record.kind === 'token' ? word(entry, record.tokenId) : '◆'}</b>,
  },
  {
    name: 'How',
    note: 'Whether the model’s distribution was drawn from',
    show: (step) => <span className={styles['text']}>{origin(step)}</span>,
  },
  {
    name: 'Log-prob',
    note: 'Natural logarithm of the emitted token’s probability at temperature 1, in nats',
    show: ({ record }) => (Number.isFinite(record.logProbability) ? `${formatNumber(record.logProbability, 3)} nats` : notAvailable),
  },
  {
    name: 'Surprisal',
    note: '−log2 of the same probability',
    show: ({ record }) => (Number.isFinite(record.surprisal) ? `${formatNumber(record.surprisal, 3)} bits` : notAvailable),
  },
  {
    name: 'Entropy',
    note: 'Of the full-vocabulary distribution at temperature 1',
    show: ({ record }) => `${formatNumber(record.entropy, 3)} bits`,
  },
  { name: 'Rank', note: 'Of the emitted token under the model, 1 = highest', show: ({ record }) => emittedRank(record) ?? notAvailable },
  {
    name: 'Margin',
    note: 'Probability of the first candidate minus that of the second',
    show: ({ record }) => formatNumber(record.margin, 3),
  },
  {
    name: 'Cosine',
    note: 'Of the post-norm hidden state to that of the step before',
    show: ({ record }) => formatNumber(record.cosineToPrevious, 3),
  },
  {
    name: 'Pass',
    note: 'Wall time of the forward pass, shared by all rows of its batch',
    show: ({ record }) => formatMilliseconds(record.milliseconds),
  },
  {
    name: 'Norms',
    note: 'Norm of the residual stream, embeddings to last layer',
    show: ({ record }, entry) => {
      const norms = record.layers.map((layer) => layer.norm);
      return (
        <span className={styles['norms']}>
          <NormSparkline norms={norms} hue={entry.style.hue} />
          {formatNumber(norms.at(-1) ?? NaN, 1)}
        </span>
      );
    },
  },
  {
    name: 'Nearest',
    note: 'For a thought: the input embeddings nearest to it, by cosine',
    show: ({ record }, entry) =>
      record.nearest.ids.length === 0 ? (
        notAvailable
      ) : (
        <span className={styles['nearest']}>
          {record.nearest.ids.slice(0, 4).map((id, i) => (
            <span key={id}>
              {word(entry, id)} <i>{probability(record.nearest.probabilities[i])}</i>
            </span>
          ))}
        </span>
      ),
  },
];

function stepTable(lanes: readonly { readonly entry: LaneEntry; readonly step: StepUnderCursor | null }[]): Table {
  const rows = lanes.flatMap(({ entry, step }): TableCell[][] => {
    if (step === null) return [];
    const { record } = step;
    const token = record.kind === 'token' ? (entry.lane.modelInfo.vocabulary[record.tokenId] ?? null) : null;
    const norms = record.layers.map((layer) => layer.norm).join(' ');
    const readings = [
      record.logProbability,
      record.surprisal,
      record.entropy,
      record.margin,
      emittedRank(record),
      record.cosineToPrevious,
      record.milliseconds,
    ];
    return [
      [
        entry.run.id,
        entry.lane.lane,
        entry.style.title,
        entry.branch?.branch ?? null,
        step.index,
        record.kind,
        token,
        record.forced,
        ...readings,
        norms,
      ],
    ];
  });
  return {
    columns: [
      'run',
      'lane',
      'lane_name',
      'branch',
      'step',
      'kind',
      'token',
      'forced',
      'log_probability_nats',
      'surprisal_bits',
      'entropy_bits',
      'margin',
      'rank',
      'cosine_to_previous',
      'milliseconds',
      'norms',
    ],
    rows,
  };
}

export interface StepPanelProps extends InspectorProps {
  readonly controls?: ReactNode;
}

/** Everything recorded of the step under the cursor, a column per lane. */
export function StepPanel({ runs, stepUnderCursor, onCopy, controls }: StepPanelProps) {
  const content = useRef<HTMLDivElement>(null);
  const lanes = useMemo(
    () => laneEntries(runs).map((entry) => ({ entry, step: entryStep(entry, stepUnderCursor) })),
    [runs, stepUnderCursor],
  );
  const table = useMemo(() => () => stepTable(lanes), [lanes]);
  const files = usePanelFiles('step', 'Step under the cursor', content, table);
  const state = stepPanelState(
    runs,
    lanes.some(({ step }) => step !== null),
    'Run a prompt, then move over a step to read everything recorded of it.',
  );
  return (
    <Panel title="Step" state={state} files={files} controls={controls} meta="captured in the generation pass">
      <div ref={content} className={styles['content']}>
        <table className={styles['table']}>
          <thead>
            <tr>
              <td />
              {lanes.map(({ entry, step }) => (
                <th key={entry.key} scope="col">
                  <span className={styles['lane']}>
                    <LaneMarker lane={entry.lane.lane} hue={entry.style.hue} />
                    <span className={styles['title']}>{entry.title}</span>
                    {step !== null && (
                      <span className={styles['buttons']} data-picture="skip">
                        <IconButton
                          label={`Copy step ${step.index + 1} of ${entry.title} as JSON`}
                          onClick={() => {
                            onCopy(stepAsJson(entry, step));
                          }}
                        >
                          <Braces size={14} aria-hidden="true" />
                        </IconButton>
                        <IconButton
                          label={`Copy a link to step ${step.index + 1} of ${entry.title}`}
                          onClick={() => {
                            onCopy(stepLink(entry, step.index));
                          }}
                        >
                          <Link size={14} aria-hidden="true" />
                        </IconButton>
                      </span>
                    )}
                  </span>
                  <span className={styles['place']}>
                    {step === null
                      ? 'no step under the cursor'
                      : `step ${step.index + 1} of ${entry.branch?.steps.length ?? 0}${entry.lane.branches.length > 1 ? `, branch ${(entry.branch?.branch ?? 0) + 1}` : ''}`}
                  </span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {facts.map((fact) => (
              <tr key={fact.name}>
                <th scope="row" title={fact.note}>
                  {fact.name}
                </th>
                {lanes.map(({ entry, step }) => (
                  <td key={entry.key}>{step === null ? '' : fact.show(step, entry)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <ul className={styles['sources']} aria-label="Where the numbers come from">
          {runs.map((run) => (
            <li key={run.id}>
              run {run.id}
              {run.recorded && ', recorded'} · seed {run.info.request.seed} ·{' '}
              {modelsOfRun(run.info).map(({ model, device, dtype, engine }) => (
                <span key={model.id}>
                  {model.name} <span title={model.weightsHash}>sha256 {model.weightsHash.slice(0, 12)}…</span> · {device} · {dtype} ·{' '}
                  {engine} ·{' '}
                </span>
              ))}
              {run.info.request.schedule}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
