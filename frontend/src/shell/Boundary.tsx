import { Component, type ReactNode } from "react";

/** Keeps a mistake in one page from taking the frame with it. */
export class Boundary extends Component<{ children: ReactNode }, { said: string | null }> {
  override state: { said: string | null } = { said: null };

  static getDerivedStateFromError(error: unknown): { said: string } {
    return { said: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.said === null) return this.props.children;
    return (
      <div className="state failed" role="alert">
        <p>
          <b>This page could not be drawn:</b> {this.state.said}
        </p>
        <p>Next: load it again; if it stays so, report it with the address of the page.</p>
      </div>
    );
  }
}
