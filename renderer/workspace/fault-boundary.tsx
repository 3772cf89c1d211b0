import { Component, type ReactNode } from 'react';
import { toErrorReport } from '../../main/contract/errors';
import { Button } from '../design/button';
import styles from './fault-boundary.module.css';

interface FaultBoundaryProps {
  /** What is inside, as the user would call it. */
  readonly name: string;
  readonly children: ReactNode;
}

/** Keeps a fault in one part of the window from taking the rest with it: says what failed and offers to try again. */
export class FaultBoundary extends Component<FaultBoundaryProps, { readonly thrown: unknown; readonly failed: boolean }> {
  override state = { thrown: null as unknown, failed: false };

  static getDerivedStateFromError(thrown: unknown): { thrown: unknown; failed: boolean } {
    return { thrown, failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    const report = toErrorReport(this.state.thrown);
    return (
      <div className={styles['fault']} role="alert">
        <strong>{this.props.name} could not be shown.</strong>
        <p>{report.message}</p>
        <p>{report.hint}</p>
        <Button
          onClick={() => {
            this.setState({ thrown: null, failed: false });
          }}
        >
          Try again
        </Button>
      </div>
    );
  }
}
