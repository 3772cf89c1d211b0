import { type ReactElement, useState } from 'react';
import type { TraceSummary } from '../../main/contract/protocol';
import { toErrorReport } from '../../main/contract/errors';
import { formatBytes } from '../design/format';
import { Menu, type MenuEntry } from '../design/menu';
import { chooseTrace, openTrace } from '../state/row-commands';
import { useServices } from '../state/services';
import { perform } from '../state/workbench';

type Listing =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'loaded'; readonly traces: readonly TraceSummary[] };

const tracesShown = 12;
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const promptShown = 58;

/** The end of the prompt tells runs apart: it holds the question. */
function shortPrompt(prompt: string): string {
  return prompt.length <= promptShown ? prompt : `…${prompt.slice(-promptShown)}`;
}

function traceNote(trace: TraceSummary): string {
  const started = new Date(trace.startedAt);
  const when = Number.isNaN(started.valueOf()) ? trace.startedAt : dateFormat.format(started);
  const status = trace.status === 'done' ? '' : ` · ${trace.status}`;
  return `${when} · ${trace.model} · ${trace.lanes.length} lanes · ${formatBytes(trace.bytes)}${status}`;
}

/** Recorded runs, newest first, and the open dialog. */
export function TracesMenu({ trigger }: { readonly trigger: ReactElement }) {
  const services = useServices();
  const [listing, setListing] = useState<Listing>({ kind: 'loading' });
  const load = (open: boolean): void => {
    if (!open) return;
    services.engine.request('traces.list', {}).then(
      ({ traces }) => {
        setListing({ kind: 'loaded', traces: traces.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt)).slice(0, tracesShown) });
      },
      (thrown: unknown) => {
        setListing({ kind: 'failed', message: toErrorReport(thrown).message });
      },
    );
  };
  const recent = (): MenuEntry[] => {
    switch (listing.kind) {
      case 'loading':
        return [{ kind: 'heading', key: 'loading', label: 'Reading the recorded runs…' }];
      case 'failed':
        return [{ kind: 'heading', key: 'failed', label: listing.message }];
      case 'loaded':
        if (listing.traces.length === 0)
          return [{ kind: 'heading', key: 'none', label: 'No recorded runs yet: every run is recorded here' }];
        return [
          { kind: 'heading', key: 'recent', label: 'Recorded runs' },
          ...listing.traces.map((trace): MenuEntry => ({
            key: trace.id,
            label: shortPrompt(trace.prompt),
            note: traceNote(trace),
            onSelect: () => {
              perform(() => openTrace(services, trace.id));
            },
          })),
        ];
      default:
        return listing satisfies never;
    }
  };
  return (
    <Menu
      align="end"
      trigger={trigger}
      onOpenChange={load}
      entries={[
        {
          key: 'open',
          label: 'Open trace…',
          onSelect: () => {
            perform(() => chooseTrace(services));
          },
        },
        { kind: 'separator', key: 'line' },
        ...recent(),
      ]}
    />
  );
}
