import { CSPProvider } from '@base-ui/react/csp-provider';
import { Tooltip } from '@base-ui/react/tooltip';
import { useMemo } from 'react';
import type { SaveFile } from '../../main/contract/shell';
import { SaveFileContext } from '../design/panel-save';
import { showNotice, Toaster } from '../design/toast';
import { valueOf } from '../state/row-commands';
import { type Services, ServicesContext } from '../state/services';
import { DropTarget } from './drop-target';
import { FaultBoundary } from './fault-boundary';
import { Window } from './window';

const tooltipDelay = 500;

/** The window with everything it works with. */
export function App({ services }: { readonly services: Services }) {
  const saveFile = useMemo(
    () =>
      async (file: SaveFile): Promise<void> => {
        const saved = valueOf(await services.shell.saveFile(file));
        if (saved !== null) showNotice('Saved', saved.name);
      },
    [services],
  );
  return (
    <CSPProvider disableStyleElements>
      <ServicesContext value={services}>
        <SaveFileContext value={saveFile}>
          <Tooltip.Provider delay={tooltipDelay}>
            <DropTarget>
              <FaultBoundary name="The window">
                <Window />
              </FaultBoundary>
            </DropTarget>
            <Toaster />
          </Tooltip.Provider>
        </SaveFileContext>
      </ServicesContext>
    </CSPProvider>
  );
}
